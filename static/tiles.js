"use strict";
/* A layer of /tiles drawn by protomaps-leaflet: its colours, its writing, and what of it is in view. */
window.vectorTiles = ({layer, tiles, by, pane, from, last, colours}) => {
  const GROUND = 153669, PIXELS = 512, SAMPLES = 24; /* m per pixel at zoom 0 around 11°N; a data tile is two levels wide */
  const uses = by === "land_use", data = uses ? "parcels" : layer;
  const grey = "#999999", font = "600 11px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";
  const colour = (z, feature) => (colours[feature.props[by]] || {colour: grey}).colour;
  const fits = (property) => (z, feature) => feature.props.room * 2 ** z / GROUND > 9 * feature.props[property].length + 8;
  const writing = (property, more) => ({
    dataLayer: "labels", filter: fits(property), ...more,
    symbolizer: new protomapsL.CenteredTextSymbolizer({labelProps: [property], font, fill: "#2c3a34", stroke: "rgb(255 255 255 / 80%)", width: 2, maxLineChars: 40}),
  });
  const line = (color, width, opacity) => ({dataLayer: layer, symbolizer: new protomapsL.LineSymbolizer({color, width, opacity})});
  /* A parcel of which no use is held stays as the paper: no colour says anything of it. */
  const fill = {dataLayer: data, ...(uses ? {filter: (z, feature) => feature.props[by]} : {}), symbolizer: new protomapsL.PolygonSymbolizer({fill: colour, opacity: uses ? 0.65 : 0.5, perFeature: true})};
  const rules = colours
    ? {paintRules: uses ? [fill] : [fill, line(colour, 0.8, 0.9)], labelRules: []}
    : layer === "communes"
    ? {paintRules: [{...line("#7b8a82", 1, 0.8), maxzoom: 11}], labelRules: [writing("name", {maxzoom: 14, filter: () => true})]}
    : {paintRules: [line("#53645b", (z) => (z < 16 ? 0.4 : z < 18 ? 0.6 : 0.9), (z) => (z < 16 ? 0.55 : 0.9))], labelRules: [writing("number", {minzoom: 16})]};

  /* What did not come is no fault of the page's: it is told, and asked for again when the map has moved. */
  let drawn = null, failed = false, on = {fail: () => {}, seen: () => {}};
  const given_up = () => Object.assign(new Error("no tile"), {name: "AbortError"});
  const source = (query) => ({
    getZxy: async (z, x, y, signal) => {
      try {
        const response = await fetch(`/tiles/${tiles}/${z}/${x}/${y}?${query}`, {signal});
        if (!response.ok) throw new Error(response.status);
        return {data: await response.arrayBuffer()};
      } catch (wrong) {
        if (wrong.name !== "AbortError") { failed = true; on.fail(); }
        throw given_up();
      }
    },
  });

  const shown = (map, query, opacity) => {
    const made = protomapsL.leafletLayer({
      url: source(query), pane, maxDataZoom: last, minZoom: from, maxZoom: 22, opacity, attribution: "", updateWhenZooming: false,
      ...rules,
    });
    made.on("tileload load", () => on.seen());
    return made.addTo(map);
  };
  const put = (map, query, opacity) => {
    if (drawn && drawn.query === query) return;
    take();
    failed = false;
    drawn = {query, made: shown(map, query, opacity)};
  };
  const take = () => { if (drawn) drawn.made.remove(); drawn = null; };
  const again = () => {
    if (!drawn || !failed) return;
    failed = false;
    drawn.made.redraw();
  };
  const fade = (opacity) => { if (drawn) drawn.made.setOpacity(opacity); };

  /* The data tiles in view, from corner a to corner b in tiles of their zoom; null: not drawn, or not all there yet. */
  const view = (map) => {
    if (!drawn || Math.round(map.getZoom()) < from) return null;
    const z = Math.min(Math.round(map.getZoom()) - 1, last), bounds = map.getBounds();
    const place = (corner) => map.project(corner, z).divideBy(256);
    const a = place(bounds.getNorthWest()), b = place(bounds.getSouthEast());
    const cache = drawn.made.views.get("").tileCache.cache, tile = (x, y) => cache.get(`${x}:${y}:${z}`);
    for (let x = Math.floor(a.x); x < b.x; x++) for (let y = Math.floor(a.y); y < b.y; y++) if (!tile(x, y)) return null;
    return {z, a, b, tile};
  };
  const lies = (x, y, tile, of, wanted = () => true) => {
    const entry = tile(Math.floor(x), Math.floor(y)), point = {x: (x - Math.floor(x)) * PIXELS, y: (y - Math.floor(y)) * PIXELS};
    const near = ({bbox}) => bbox.minX <= point.x && bbox.maxX >= point.x && bbox.minY <= point.y && bbox.maxY >= point.y;
    return ((entry && entry.data.get(of)) || []).some((each) => wanted(each) && near(each) && protomapsL.pointInPolygon(point, each.geom));
  };

  /* What is in view: the codes of features whose box meets it, and of its points how many lie on ground that is held.
     A parcel is held ground itself. */
  const seen = (map) => {
    const viewed = view(map);
    if (!viewed) return null;
    const {a, b, tile} = viewed, codes = new Set();
    for (let x = Math.floor(a.x); x < b.x; x++) {
      for (let y = Math.floor(a.y); y < b.y; y++) {
        const entry = tile(x, y);
        const west = (a.x - x) * PIXELS, north = (a.y - y) * PIXELS, east = (b.x - x) * PIXELS, south = (b.y - y) * PIXELS;
        for (const {bbox, props} of entry.data.get(data) || []) {
          const inTile = bbox.maxX > Math.max(west, 0) && bbox.minX < Math.min(east, PIXELS) && bbox.maxY > Math.max(north, 0) && bbox.minY < Math.min(south, PIXELS);
          if (inTile) codes.add(props[by] || "");
        }
      }
    }
    let held = 0;
    for (let i = 0; i < SAMPLES * SAMPLES; i++) {
      const x = a.x + (b.x - a.x) * (i % SAMPLES + 0.5) / SAMPLES, y = a.y + (b.y - a.y) * (Math.floor(i / SAMPLES) + 0.5) / SAMPLES;
      if (lies(x, y, tile, "coverage") || (uses && lies(x, y, tile, data))) held++;
    }
    return {codes: [...codes].sort(), held: held === SAMPLES * SAMPLES ? "all" : held ? "part" : "no_data"};
  };

  /* The names that areas in view may bear, the roomiest first: where each stands (pixels of the map's own zoom), and
     whether a place belongs to its area. */
  const names = (map) => {
    const viewed = colours && !uses && view(map);
    if (!viewed) return [];
    const {z, a, b, tile} = viewed, larger = 256 * 2 ** (map.getZoom() - z), found = [];
    for (let x = Math.floor(a.x); x < b.x; x++) {
      for (let y = Math.floor(a.y); y < b.y; y++) {
        for (const {geom, props} of tile(x, y).data.get("labels") || []) {
          const at = {x: (x + geom[0][0].x / PIXELS) * larger, y: (y + geom[0][0].y / PIXELS) * larger};
          const inside = (east, south) => lies(east / larger, south / larger, tile, layer, (each) => each.props.id === props.id);
          found.push({at, inside, code: props.designation, named: colours[props.designation], room: props.room * 2 ** map.getZoom() / GROUND});
        }
      }
    }
    return found.sort((one, other) => other.room - one.room);
  };
  return {layer, tiles, uses, from, colours, put, take, again, fade, seen, names, listen: (to) => { on = to; }};
};
