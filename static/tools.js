"use strict";
/* What stands on the map beside the answer: where am I, how far and how large, which way is north. */
(() => {
  const map = window.map_landinfo, tools = document.querySelector(".map-tools");
  if (!map || !tools) return;
  const words = JSON.parse(tools.dataset.words), box = map.getContainer(), told = tools.querySelector("p");
  const english = document.documentElement.lang === "en";
  const pane = map.createPane("measuring");
  pane.style.zIndex = 470;
  const number = (value, places) => value.toLocaleString(english ? "en-GB" : "vi-VN", {maximumFractionDigits: places, minimumFractionDigits: places});
  const say = (text) => { told.textContent = text; told.hidden = !text; };
  tools.hidden = false;

  /* Where am I: asked of the browser only when the button is pressed, and sent nowhere. */
  let here = null;
  const locate = () => {
    say(words.locating);
    map.locate({enableHighAccuracy: true, timeout: 10000});
  };
  map.on("locationfound", (e) => {
    if (here) here.remove();
    const look = {pane: "measuring", interactive: false, color: "#1d4ed8"};
    here = L.featureGroup([L.circle(e.latlng, {...look, radius: e.accuracy, weight: 1, fillOpacity: 0.08}), L.circleMarker(e.latlng, {...look, radius: 6, weight: 2, fillColor: "#60a5fa", fillOpacity: 1})]).addTo(map);
    map.setView(e.latlng, Math.max(map.getZoom(), 18));
    say(words.located.replace("#", number(e.accuracy, 0)));
  });
  map.on("locationerror", () => say(words.not_located));

  /* Lengths on the ground along the points, and the area they enclose (spherical, R = 6,371,008.8 m; for the eye only). */
  const RADIUS = 6371008.8, RAD = Math.PI / 180;
  let points = [], drawn = null, measuring = false;
  const button = tools.querySelector("[data-tool=measure]");
  const length = () => points.slice(1).reduce((sum, p, i) => sum + map.distance(points[i], p), 0);
  const area = () => Math.abs(points.reduce((sum, p, i) => {
    const q = points[(i + 1) % points.length];
    return sum + (q.lng - p.lng) * RAD * (2 + Math.sin(p.lat * RAD) + Math.sin(q.lat * RAD));
  }, 0) * RADIUS * RADIUS / 2);
  const show = () => {
    if (drawn) drawn.remove();
    drawn = L.featureGroup();
    const look = {pane: "measuring", interactive: false, color: "#1d4ed8", weight: 2};
    (points.length > 2 ? L.polygon(points, {...look, dashArray: "4 4", fillOpacity: 0.06}) : L.polyline(points, look)).addTo(drawn);
    for (const p of points) L.circleMarker(p, {...look, radius: 4, fillColor: "#fff", fillOpacity: 1}).addTo(drawn);
    drawn.addTo(map);
    if (points.length < 2) say(words.measuring);
    else say(words.length.replace("#", number(length(), 1)) + (points.length > 2 ? ` · ${words.area.replace("#", number(area(), 1))}` : ""));
  };
  const measure = (on) => {
    measuring = on;
    map.takes(on);
    points = [];
    button.setAttribute("aria-pressed", on);
    box.classList.toggle("drawing", on);
    if (on) { show(); box.focus(); } else { if (drawn) drawn.remove(); drawn = null; say(""); }
  };
  const add = (where) => { points.push(where); show(); };
  map.on("click", (e) => { if (measuring) add(e.latlng); });
  box.addEventListener("keydown", (e) => {
    if (!measuring || e.target !== box) return;
    if (e.key === "Enter") add(map.getCenter());
    else if (e.key === "Backspace") { points.pop(); show(); } else return;
    e.preventDefault();
  });
  document.addEventListener("keydown", (e) => { if (measuring && e.key === "Escape") { measure(false); e.stopPropagation(); } }, true);
  tools.addEventListener("click", (e) => {
    const pressed = e.target.closest("[data-tool]");
    if (!pressed) return;
    if (pressed.dataset.tool === "locate") locate();
    else if (measuring || !map.drawing) measure(!measuring);
  });
  document.addEventListener("click", (e) => { if (measuring && e.target.closest && e.target.closest("[data-draw=start]")) measure(false); }, true);
})();
