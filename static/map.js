"use strict";
/* The map, the panel beside it, and rows that light their part. On a parcel's own page only the last. */
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
  window.addEventListener("beforeprint", () => {
    for (const el of $$(".answer details:not([open])")) { el.open = true; el.dataset.shut = ""; }
  });
  window.addEventListener("afterprint", () => {
    for (const el of $$("details[data-shut]")) { el.open = false; delete el.dataset.shut; }
  });

  const map = window.map_landinfo;
  if (!map) {
    lightRows(lit);
    return;
  }

  const desk = $("main.desk"), panel = $("#panel"), busy = $(".busy"), note = $(".map-note[role]");
  const words = JSON.parse(desk.dataset.words), ground = JSON.parse(desk.dataset.ground);
  const THEMES_FROM = 13, PARCELS_FROM = 16, NUMBERS_FROM = 19, MOST_NUMBERS = 500;
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
  for (const [pane, z] of [["ground", 300], ["themes", 350], ["parcels", 400], ["answer", 450]]) {
    map.createPane(pane).style.zIndex = z;
  }
  const canvas = (pane) => L.canvas({pane, padding: 0.3});
  const renderers = {themes: canvas("themes"), parcels: canvas("parcels"), answer: canvas("answer")};
  if (ground) {
    L.geoJSON(ground, {renderer: canvas("ground"), interactive: false, style: {color: "#8d9a92", weight: 1.5, dashArray: "6 5", fillColor: "#fbfbf8", fillOpacity: 1}}).addTo(map);
  }
  const layers = {};
  const opacity = {};
  const numbers = L.layerGroup().addTo(map);
  const style = {
    parcels: () => ({color: "#53645b", weight: 0.8, opacity: 0.9, fill: false}),
    theme: (name) => (f) => ({color: f.properties.colour, weight: 0.6, opacity: 0.9 * (opacity[name] ?? 1), fillColor: f.properties.colour, fillOpacity: 0.5 * (opacity[name] ?? 1)}),
  };
  const wanted = () => $$(".layers input:checked").map((i) => i.value)
    .filter((name) => map.getZoom() >= (name === "parcels" ? PARCELS_FROM : THEMES_FROM));
  let held = {key: "", bounds: null}, loading = null, day = "";

  const say = (text) => { note.textContent = text; note.hidden = !text; };

  const legend = (name, features, held) => {
    const list = $(`[data-legend="${CSS.escape(name)}"]`);
    if (!list) return;
    const seen = new Map();
    for (const f of features) seen.set(f.properties.designation, f.properties);
    const rows = [...seen.keys()].sort().map((code) => {
      const item = document.createElement("li"), mark = document.createElement("i"), p = seen.get(code);
      mark.style.backgroundColor = p.colour;
      item.append(mark, p.label[english ? "en" : "vi"]);
      return item;
    });
    const why = held === "no_data" ? words.no_data : held === "part" ? words.part : rows.length ? "" : words.none;
    if (held && why) {
      const item = document.createElement("li");
      item.className = "why";
      item.textContent = rows.length || held !== "part" ? why : `${words.none}; ${why}`;
      rows.push(item);
    }
    list.replaceChildren(...rows);
  };

  const put = (name, collection) => {
    if (layers[name]) layers[name].remove();
    const parcels = name === "parcels";
    layers[name] = L.geoJSON(collection, {
      pane: parcels ? "parcels" : "themes", renderer: renderers[parcels ? "parcels" : "themes"], interactive: false,
      style: parcels ? style.parcels : style.theme(name),
    }).addTo(map);
    if (!parcels) legend(name, collection.features, collection.held);
  };

  const writeNumbers = () => {
    numbers.clearLayers();
    if (!layers.parcels || map.getZoom() < NUMBERS_FROM) return;
    const view = map.getBounds();
    const roomy = (b) => {
      const a = map.latLngToLayerPoint(b.getNorthWest()), z = map.latLngToLayerPoint(b.getSouthEast());
      return z.x - a.x > 22 && z.y - a.y > 14;
    };
    const near = layers.parcels.getLayers().filter((l) => view.intersects(l.getBounds()) && roomy(l.getBounds()));
    if (near.length > MOST_NUMBERS) return;
    for (const l of near) {
      L.tooltip({permanent: true, direction: "center", className: "parcel-number", interactive: false, opacity: 1})
        .setLatLng(l.getBounds().getCenter()).setContent(document.createTextNode(l.feature.properties.number)).addTo(numbers);
    }
  };

  /* A window that holds more than an answer may is asked for again in four. */
  const quarters = (b) => {
    const c = b.getCenter();
    return [b.getNorthWest(), b.getNorthEast(), b.getSouthWest(), b.getSouthEast()].map((corner) => L.latLngBounds(c, corner));
  };
  const load = async () => {
    const names = wanted(), zoom = map.getZoom(), key = `${names}|${day}`;
    for (const name of Object.keys(layers)) {
      if (!names.includes(name)) { layers[name].remove(); delete layers[name]; legend(name, []); }
    }
    writeNumbers();
    if (!names.length) { say(zoom < THEMES_FROM ? words.closer : ""); held = {key: "", bounds: null}; return; }
    if (held.key === key && held.bounds.contains(map.getBounds()) && (!held.cut || held.zoom === zoom)) return;
    if (loading) loading.abort();
    const asked = loading = new AbortController();
    const bounds = map.getBounds().pad(0.15), themes = names.filter((name) => name !== "parcels");
    const fetched = async (box, layers) => {
      const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((n) => n.toFixed(6)).join(",");
      const response = await fetch(`/api/view?bbox=${bbox}&layers=${layers.join(",")}${day ? `&on=${day}` : ""}`, {signal: asked.signal});
      if (!response.ok) throw new Error(response.status);
      return (await response.json()).layers;
    };
    const parcels = async (box, splits) => {
      const view = await fetched(box, ["parcels"]);
      if (!view.parcels.truncated || !splits) return [view];
      return (await Promise.all(quarters(box).map((b) => parcels(b, splits - 1)))).flat();
    };
    let cut = false;
    const drawThemes = async () => {
      for (const [name, collection] of Object.entries(await fetched(bounds, themes))) {
        cut = cut || collection.truncated;
        put(name, collection);
      }
    };
    const drawParcels = async () => {
      const pieces = zoom > 17 ? [bounds] : quarters(bounds);
      const found = (await Promise.all(pieces.map((b) => parcels(b, 2)))).flat().map((view) => view.parcels);
      cut = cut || found.some((collection) => collection.truncated);
      const once = new Map(found.flatMap((collection) => collection.features).map((f) => [f.properties.ref, f]));
      put("parcels", {type: "FeatureCollection", features: [...once.values()]});
    };
    try {
      await Promise.all([themes.length && drawThemes(), names.includes("parcels") && drawParcels()]);
      held = {key, bounds, cut, zoom};
      say(cut ? words.cut : zoom < PARCELS_FROM ? words.closer_parcels : "");
      writeNumbers();
    } catch (wrong) {
      if (wrong.name !== "AbortError") say(words.failed);
    }
  };
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(load, 120); };
  $(".layers").addEventListener("change", () => { soon(); remember(); });
  $(".layers").addEventListener("input", (e) => {
    const name = e.target.dataset.opacity;
    if (!name) return;
    opacity[name] = e.target.value / 100;
    if (layers[name]) layers[name].setStyle(style.theme(name));
  });
  /* The layers of an address: ~parcels,land_use_planning:50 */
  const switched = () => $$(".layers input:checked").map((i) => i.value + (opacity[i.value] === undefined || opacity[i.value] === 1 ? "" : `:${Math.round(opacity[i.value] * 100)}`)).join(",");
  const standard = switched();
  const switchTo = (text) => {
    const wanted = new Map(text.split(",").filter(Boolean).map((each) => each.split(":")));
    for (const box of $$(".layers input[type=checkbox]")) {
      box.checked = wanted.has(box.value);
      const range = $(`[data-opacity="${CSS.escape(box.value)}"]`), percent = Number(wanted.get(box.value));
      if (range && percent >= 0 && percent <= 100) { range.value = percent; opacity[box.value] = percent / 100; }
    }
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
  const ask = async (parameters, {move = false, focus = false, quiet = false} = {}) => {
    const mine = ++turn;
    if (english) parameters.set("lang", "en");
    busy.textContent = words.loading;
    try {
      const response = await fetch(`/panel?${parameters}`, {headers: {Accept: "text/html"}});
      const text = await response.text();
      if (mine !== turn) return;
      panel.innerHTML = text;
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
    const data = new URLSearchParams([...new FormData(form)].map(([n, v]) => [n, v.trim()]).filter(([, v]) => v));
    if (kind === "parcel") {
      const p = same();
      p.set("parcel", ["commune", "sheet", "number"].map((n) => data.get(n) || "").join("/"));
      ask(p, {move: true, focus: true});
    } else if (kind === "at") {
      ask(data, {move: true, focus: true});
    } else {
      data.set("parcel", form.dataset.ref);
      const at = panel.scrollTop;
      ask(data, {quiet: true}).then(() => { panel.scrollTop = at; });
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
