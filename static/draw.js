"use strict";
/* The piece to convert, drawn on the map: corners by click, or by Enter at the crosshair; the answer follows. */
(() => {
  const map = window.map_landinfo, panel = document.querySelector("#panel");
  if (!map || !panel) return;
  const box = map.getContainer(), bar = document.querySelector(".draw-bar"), told = bar.querySelector("p");
  const words = JSON.parse(bar.dataset.words), MOST = 200, SNAP = 12;
  const pane = map.createPane("drawing");
  pane.style.zIndex = 460;
  /* A flag of our own: map.drawing says only that a click on the map asks nothing, and the ruler sets it too. */
  let form = null, corners = [], outline = null, drawing = false;

  const at = (where) => map.latLngToLayerPoint(where);
  /* A corner near one of the parcel's own takes its place; near an edge it moves onto it. */
  const rings = () => {
    const shapes = panel.querySelector("[data-shapes]"), parcel = shapes && JSON.parse(shapes.dataset.shapes).parcel;
    if (!parcel) return [];
    const polygons = parcel.type === "Polygon" ? [parcel.coordinates] : parcel.coordinates;
    return polygons.flat().map((ring) => ring.map(([lon, lat]) => L.latLng(lat, lon)));
  };
  const snapped = (where) => {
    const here = at(where);
    let best = null, nearest = SNAP;
    const offer = (point, reach) => {
      const away = here.distanceTo(point);
      if (away < Math.min(nearest, reach)) { nearest = away; best = point; }
    };
    for (const ring of rings()) for (const corner of ring) offer(at(corner), SNAP);
    if (!best) for (const ring of rings()) for (let i = 1; i < ring.length; i++) offer(L.LineUtil.closestPointOnSegment(here, at(ring[i - 1]), at(ring[i])), SNAP / 2);
    return best ? map.layerPointToLatLng(best) : where;
  };
  const crosses = () => {
    const p = corners.map(at), side = (a, b, c) => Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
    for (let i = 0; i < p.length; i++) for (let j = i + 2; j < p.length; j++) {
      if (i === 0 && j === p.length - 1) continue;
      const [a, b, c, d] = [p[i], p[i + 1], p[j], p[(j + 1) % p.length]];
      if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true;
    }
    return false;
  };

  const show = () => {
    if (outline) outline.remove();
    outline = L.featureGroup();
    if (corners.length > 1) L.polygon(corners, {pane: "drawing", interactive: false, color: "#9a3412", weight: 2.5, dashArray: "6 4", fillColor: "#e0a33a", fillOpacity: 0.25}).addTo(outline);
    for (const corner of corners) L.circleMarker(corner, {pane: "drawing", interactive: false, radius: 5, color: "#9a3412", weight: 2, fillColor: "#fff", fillOpacity: 1}).addTo(outline);
    outline.addTo(map);
    bar.querySelector("[data-draw=done]").disabled = corners.length < 3;
    bar.querySelector("[data-draw=back]").disabled = !corners.length;
  };
  const say = (text) => { told.textContent = text; };
  const stop = () => {
    drawing = false;
    map.takes(false);
    form = null;
    bar.hidden = true;
    box.classList.remove("drawing");
    if (outline) outline.remove();
    outline = null;
    corners = [];
  };
  /* What is to be drawn on does not lie under the bar. */
  const free = () => {
    const all = rings().flat(), height = map.getSize().y;
    if (!all.length) return;
    const bounds = L.latLngBounds(all), below = box.getBoundingClientRect().bottom - bar.getBoundingClientRect().top + 10;
    if (map.latLngToContainerPoint(bounds.getSouthWest()).y < height - below) return;
    map.fitBounds(bounds, {paddingTopLeft: [20, Math.min(60, height / 8)], paddingBottomRight: [20, below], maxZoom: map.getZoom(), animate: false});
  };
  const begin = (asked) => {
    form = asked;
    corners = [];
    drawing = true;
    map.takes(true);
    bar.hidden = false;
    box.classList.add("drawing");
    say(words.hint);
    show();
    free();
    box.focus();
    if (window.matchMedia("(max-width: 900px)").matches) box.scrollIntoView({block: "center"});
  };
  const done = () => {
    if (corners.length < 3) return;
    if (crosses()) { say(words.crossing); return; }
    form.elements.piece.value = corners.map((c) => `${c.lat.toFixed(8)},${c.lng.toFixed(8)}`).join(";");
    form.elements.area.value = "";
    for (const measure of form.querySelectorAll("[name^='strip.']")) measure.value = "";
    const asked = form;
    stop();
    asked.requestSubmit();
  };
  const add = (where) => {
    if (corners.length > 2 && at(where).distanceTo(at(corners[0])) < SNAP) { done(); return; }
    if (corners.length >= MOST) return;
    corners.push(snapped(where));
    say(corners.length < 3 ? words.hint : words.close);
    show();
  };
  const back = () => { corners.pop(); show(); };

  map.on("click", (e) => { if (drawing) add(e.latlng); });
  box.addEventListener("keydown", (e) => {
    if (!drawing || e.target !== box) return;
    if (e.key === "Enter") add(map.getCenter());
    else if (e.key === "Backspace") back();
    else return;
    e.preventDefault();
  });
  document.addEventListener("keydown", (e) => { if (drawing && e.key === "Escape") { stop(); e.stopPropagation(); } }, true);
  document.addEventListener("click", (e) => {
    const pressed = e.target.closest && e.target.closest("[data-draw]");
    if (!pressed) return;
    const what = pressed.dataset.draw;
    if (what === "start") begin(pressed.form || pressed.closest("form"));
    else if (what === "whole") { const asked = pressed.closest("form"); asked.elements.piece.value = ""; asked.requestSubmit(); }
    else if (what === "done") done();
    else if (what === "back") back();
    else stop();
  });
  /* The same parcel asked again has a form of its own for what is being drawn; another parcel has nothing to do with it. */
  const fresh = () => {
    for (const tool of panel.querySelectorAll(".drawing-tools")) tool.hidden = false;
    if (!drawing || form.isConnected) return;
    const again = panel.querySelector("form.ask");
    if (again && again.dataset.ref === form.dataset.ref) form = again; else stop();
  };
  new MutationObserver(fresh).observe(panel, {childList: true});
})();
