"use strict";
/* The map, the panel beside it, and rows that light their part. On a parcel's own page only the last (and asking.js). */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const english = document.documentElement.lang === "en";

  const lightRows = (light) => {
    for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
      document.addEventListener(event, (e) => {
        const row = e.target.closest && e.target.closest("[data-part]");
        if (row) light(row.dataset.part, on);
      });
    }
  };
  const lit = (key, on) => {
    for (const el of $$(`[data-part="${CSS.escape(key)}"]`)) el.classList.toggle("lit", on);
  };

  /* A browser shows a date in its own order; beside it the day stands as on Vietnamese paper. */
  document.addEventListener("input", (e) => {
    const read = e.target.type === "date" && e.target.value && $("output.day", e.target.closest("label") || document);
    if (read) read.textContent = e.target.value.split("-").reverse().join("/");
  });
  /* How much is converted is told in one way: an area, corners or metres from the street. What was told last stays. */
  document.addEventListener("input", (e) => {
    const form = e.target.form, way = (name) => (/^strip\.(width|depth|from)$/.test(name) ? "strip" : name);
    const told = way(e.target.name || "");
    if (!form || !form.matches(".ask") || !e.target.value || !["area", "piece", "strip"].includes(told)) return;
    for (const field of form.elements) if (["area", "piece", "strip"].includes(way(field.name)) && way(field.name) !== told) field.value = "";
  });
  window.addEventListener("beforeprint", () => {
    for (const el of $$(".answer details:not([open])")) { el.open = true; el.dataset.shut = ""; }
  });
  window.addEventListener("afterprint", () => {
    for (const el of $$("details[data-shut]")) { el.open = false; delete el.dataset.shut; }
  });

  const map = window.map_landinfo, {asking} = window;
  if (!map) {
    lightRows(lit);
    return;
  }

  const desk = $("main.desk"), panel = $("#panel"), busy = $(".busy"), note = $(".map-note[role]");
  const words = JSON.parse(desk.dataset.words), ground = JSON.parse(desk.dataset.ground);
  const box = map.getContainer();
  box.setAttribute("aria-label", `${words.map}. ${words.here}`);
  box.setAttribute("role", "application");
  const named = (selector, text) => { const el = $(selector, box); if (el) { el.title = text; el.setAttribute("aria-label", text); } };
  named(".leaflet-control-zoom-in", words.in);
  named(".leaflet-control-zoom-out", words.out);
  $(".no-script").remove();
  $(".layers").hidden = false;
  if (window.matchMedia("(max-width: 900px)").matches) $(".layers").open = false;

  /* Layers of the window. */
  for (const [pane, z] of [["ground", 300], ["uses", 340], ["themes", 350], ["communes", 360], ["parcels", 400], ["answer", 450]]) {
    map.createPane(pane).style.zIndex = z;
  }
  const canvas = (pane) => L.canvas({pane, padding: 0.3});
  const renderers = {answer: canvas("answer")};
  if (ground) {
    L.geoJSON(ground, {renderer: canvas("ground"), interactive: false, style: {color: "#8d9a92", weight: 1.5, dashArray: "6 5", fillColor: "#fbfbf8", fillOpacity: 1}}).addTo(map);
  }
  const COMMUNES_LAST = 14;
  const versions = JSON.parse(desk.dataset.versions), opacity = {};
  const layers = new Map($$(".layers input[type=checkbox]").map((box) => [box.value, window[`tiles_${box.value}`]]));
  const names = mapNames(map, english);
  let day = "";

  const say = (text) => { note.textContent = text; note.hidden = !text; };

  const legend = (name) => {
    const list = $(`[data-legend="${CSS.escape(name)}"]`), layer = layers.get(name);
    if (!list) return;
    if (!wanted().includes(name)) { list.replaceChildren(); return; }
    const seen = layer.seen(map);
    if (!seen) return;
    const rows = seen.codes.map((code) => {
      const item = document.createElement("li"), mark = document.createElement("i"), known = layer.colours[code];
      mark.style.backgroundColor = known ? known.colour : code ? "#999999" : "";
      const letters = document.createElement("b");
      letters.textContent = code;
      const said = document.createElement("span");
      said.append(...(known ? [letters, ` ${known[english ? "en" : "vi"]}`] : [code ? (layer.uses ? words.unlisted_use : words.unlisted).replace("#", code) : words.no_use]));
      item.append(mark, said);
      return item;
    });
    const why = seen.held === "no_data" ? words.no_data : seen.held === "part" ? words.part : rows.length ? "" : words.none;
    if (why) {
      const item = document.createElement("li");
      item.className = "why";
      item.textContent = rows.length || seen.held !== "part" ? why : `${words.none}; ${why}`;
      rows.push(item);
    }
    list.replaceChildren(...rows);
  };
  let pause = 0;
  const legends = () => {
    pause = pause || setTimeout(() => { pause = 0; for (const name of layers.keys()) legend(name); names(wanted().map((name) => layers.get(name))); }, 80);
  };

  const checked = () => $$(".layers input:checked").map((i) => i.value);
  const wanted = () => checked().filter((name) => Math.round(map.getZoom()) >= layers.get(name).from);
  const load = () => {
    const on = checked(), near = wanted();
    say(near.length === on.length ? "" : near.length ? words.closer_parcels : words.closer);
    const query = (tiles) => `on=${day || desk.dataset.today}&v=${versions[tiles]}`;
    /* Nearer nothing of them is drawn, and their ground is counted from all parcels. */
    if (Math.round(map.getZoom()) <= COMMUNES_LAST) window.tiles_communes.put(map, query("communes"), 1);
    else window.tiles_communes.take();
    for (const [name, layer] of layers) {
      if (on.includes(name)) {
        layer.put(map, query(layer.tiles), opacity[name] ?? 1);
        layer.again();
      } else layer.take();
    }
    legends();
  };
  for (const layer of layers.values()) layer.listen({fail: () => say(words.failed), seen: legends});
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(load, 120); };
  /* Two layers in the same colours would be read as one: the one switched on last is shown. */
  const alone = (box) => {
    if (!box || !box.checked || !box.dataset.palette) return;
    for (const other of $$(`.layers input[data-palette="${box.dataset.palette}"]`)) if (other !== box) other.checked = false;
  };
  $(".layers").addEventListener("change", (e) => { alone(e.target); soon(); remember(); });
  $(".layers").addEventListener("input", (e) => {
    const name = e.target.dataset.opacity;
    if (!name) return;
    opacity[name] = e.target.value / 100;
    layers.get(name).fade(opacity[name]);
  });
  /* The layers of an address: ~parcels,land_use_planning:50 */
  const switched = () => $$(".layers input:checked").map((i) => i.value + (opacity[i.value] === undefined || opacity[i.value] === 1 ? "" : `:${Math.round(opacity[i.value] * 100)}`)).join(",");
  const standard = switched();
  const switchTo = (text) => {
    const wanted = new Map(text.split(",").filter(Boolean).map((each) => each.split(":")));
    for (const box of $$(".layers input[type=checkbox]")) {
      box.checked = wanted.has(box.value);
      const range = $(`[data-opacity="${CSS.escape(box.value)}"]`), percent = Number(wanted.get(box.value));
      if (range && percent >= 0 && percent <= 100) { range.value = percent; opacity[box.value] = percent / 100; layers.get(box.value).fade(percent / 100); }
    }
    alone($(".layers input[data-palette]:checked"));
  };

  /* The answer. */
  let answer = null, parts = new Map(), question = "";
  const drawAnswer = (shapes, move) => {
    if (answer) answer.remove();
    answer = null; parts = new Map();
    if (!shapes) return;
    answer = L.featureGroup();
    for (const part of shapes.parts) {
      const base = part.shown
        ? {fillOpacity: 0.8, weight: 1, color: "#3a3a3a", opacity: 0.6, dashArray: part.kind === "designation" ? null : "4 3"}
        : {fillOpacity: 0, weight: 0, opacity: 0};
      const layer = L.geoJSON(part.geometry, {renderer: renderers.answer, pane: "answer", interactive: false, style: {...base, fillColor: part.colour}});
      parts.set(part.key, {layer, base});
      layer.addTo(answer);
    }
    L.geoJSON(shapes.parcel, {renderer: renderers.answer, pane: "answer", interactive: false, style: {color: "#0a5c4a", weight: 3.5, fill: false}}).addTo(answer);
    if (shapes.piece) L.geoJSON(shapes.piece, {renderer: renderers.answer, pane: "answer", interactive: false, style: {color: "#9a3412", weight: 2.5, dashArray: "6 4", fill: false}}).addTo(answer);
    answer.addTo(map);
    const bounds = L.geoJSON(shapes.parcel).getBounds();
    if (move || !map.getBounds().contains(bounds)) map.fitBounds(bounds, {padding: [60, 60], maxZoom: 19, animate: false});
  };
  lightRows((key, on) => {
    lit(key, on);
    const part = parts.get(key);
    if (!part) return;
    part.layer.setStyle(on ? {fillOpacity: 0.95, weight: 3, opacity: 1, color: "#07463a", dashArray: null} : part.base);
    if (on) part.layer.bringToFront();
  });

  const remember = () => {
    const c = map.getCenter();
    history.replaceState(null, "", `#${map.getZoom()}/${c.lat.toFixed(6)}/${c.lng.toFixed(6)}${switched() === standard ? "" : `/~${switched()}`}${question ? `/${question}` : ""}`);
  };
  let turn = 0;
  const ask = async (parameters, {move = false, focus = false, quiet = false, again = false} = {}) => {
    const mine = ++turn;
    if (english) parameters.set("lang", "en");
    busy.textContent = words.loading;
    try {
      const response = await fetch(`/panel?${parameters}`, {headers: {Accept: "text/html"}});
      const text = await response.text();
      if (mine !== turn) return;
      if (again && response.status >= 400) { asking.refuse(panel, asking.read(text)); return; }
      const held = asking.hold(panel);
      panel.innerHTML = text;
      if (again) held();
      const found = $("[data-shapes]", panel);
      const shapes = found ? JSON.parse(found.dataset.shapes) : null;
      question = shapes ? shapes.permanent.slice("/parcels/".length) : "";
      const on = shapes ? new URLSearchParams(question.split("?")[1]).get("on") : "";
      if (on !== null && parameters.has("on") && on !== day) { day = on; soon(); }
      drawAnswer(shapes, move);
      remember();
      if (!quiet) {
        panel.scrollTop = 0;
        if (window.matchMedia("(max-width: 900px)").matches) panel.scrollIntoView({block: "start"});
      }
      if (focus) { const head = $("h1", panel); if (head) head.focus({preventScroll: true}); }
    } catch {
      if (mine === turn) say(words.failed);
    } finally {
      if (mine === turn) busy.textContent = "";
    }
  };
  /* Another parcel is asked the same question: day and target stay. */
  const same = () => {
    const old = new URLSearchParams(question.split("?")[1] || ""), kept = new URLSearchParams();
    for (const name of ["convert_to", "land_user"]) if (old.has(name)) kept.set(name, old.get(name));
    if (day) kept.set("on", day);
    return kept;
  };
  const askAt = (where, options) => {
    const p = same();
    p.set("lat", where.lat.toFixed(8));
    p.set("lon", where.lng.toFixed(8));
    return ask(p, options);
  };
  /* Clicks are corners, also two that follow closely: they ask nothing and do not zoom. */
  map.takes = (on) => { map.drawing = on; map.doubleClickZoom[on ? "disable" : "enable"](); };
  map.on("click", (e) => { if (!map.drawing) askAt(e.latlng, {focus: true}); });
  /* The crosshair is for those who come by keyboard: Leaflet gives the map the focus at a click too. */
  let byKey = false;
  const keys = () => box.classList.toggle("keys", byKey && document.activeElement === box);
  document.addEventListener("keydown", () => { byKey = true; keys(); }, true);
  document.addEventListener("pointerdown", () => { byKey = false; keys(); }, true);
  box.addEventListener("focus", keys);
  box.addEventListener("blur", keys);
  box.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.target === box && !map.drawing) askAt(map.getCenter(), {focus: true});
  });
  panel.addEventListener("keydown", (e) => { if (e.key === "Escape") box.focus(); });
  document.addEventListener("submit", (e) => {
    const form = e.target, kind = form.dataset.panel;
    if (!kind) return;
    e.preventDefault();
    const data = asking.asked(form);
    if (kind === "parcel") {
      const p = same();
      p.set("parcel", ["commune", "sheet", "number"].map((n) => data.get(n) || "").join("/"));
      ask(p, {move: true, focus: true});
    } else if (kind === "at") {
      ask(data, {move: true, focus: true});
    } else {
      data.set("parcel", form.dataset.ref);
      ask(data, {quiet: true, again: true});
    }
  });
  document.addEventListener("click", (e) => {
    const to = e.target.closest && e.target.closest("a[data-ref]");
    if (!to || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    const p = new URLSearchParams((to.dataset.href || "").split("?")[1] || "");
    p.delete("known");
    p.set("parcel", to.dataset.ref);
    ask(p, {move: true, focus: true});
  });

  /* The search box chose something that the map can show: a parcel is asked, of anything else its window is shown. */
  document.addEventListener("landinfo:chosen", (e) => {
    const hit = e.detail;
    if (hit.kind !== "parcel" && hit.kind !== "point") return;
    e.preventDefault();
    const p = same();
    if (hit.kind === "parcel") p.set("parcel", hit.ref);
    else for (const name of ["lat", "lon"]) p.set(name, hit[name]);
    const [west, south, east, north] = hit.box;
    map.fitBounds([[south, west], [north, east]], {maxZoom: 19, animate: false});
    ask(p, {move: true, focus: true});
  });

  /* #zoom/lat/lon/~layers/parcel?question */
  const fromHash = () => {
    const found = /^#([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)(?:\/~([\w,:]*))?(?:\/(.+))?$/.exec(location.hash);
    if (!found) return;
    map.setView([+found[2], +found[3]], +found[1], {animate: false});
    if (found[4] !== undefined) { switchTo(found[4]); soon(); }
    if (found[5] && found[5] !== question) {
      const [ref, query] = found[5].split("?"), p = new URLSearchParams(query || "");
      p.set("parcel", decodeURIComponent(ref));
      ask(p, {quiet: true});
    }
  };
  window.addEventListener("hashchange", fromHash);
  $(".languages").addEventListener("click", (e) => { if (e.target.href) e.target.hash = location.hash; });
  map.on("moveend", () => { soon(); remember(); });
  if (location.hash) fromHash();
  else if (desk.dataset.box && $(".layers").open) {
    const [west, south, east, north] = JSON.parse(desk.dataset.box);
    map.fitBounds([[south, west], [north, east]], {paddingTopLeft: [300, 0], maxZoom: 17, animate: false});
  }
  soon();
})();
