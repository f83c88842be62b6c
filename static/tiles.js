"use strict";
/* A layer of /tiles drawn by protomaps-leaflet: its colours, its writing, and what of it is in view. */
window.vectorTiles = ({layer, pane, from, last, colours}) => {
  const GROUND = 153669, PIXELS = 512, SAMPLES = 24; /* m per pixel at zoom 0 around 11°N; a data tile is two levels wide */
  const grey = "#999999", font = "600 11px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";
  const colour = (z, feature) => (colours[feature.props.designation] || {colour: grey}).colour;
  const fits = (property) => (z, feature) => feature.props.room * 2 ** z / GROUND > 9 * feature.props[property].length + 8;
  const writing = (property, more) => ({
    dataLayer: "labels", filter: fits(property), ...more,
    symbolizer: new protomapsL.CenteredTextSymbolizer({labelProps: [property], font, fill: "#2c3a34", stroke: "rgb(255 255 255 / 80%)", width: 2, maxLineChars: 40}),
  });
  const line = (color, width, opacity) => ({dataLayer: layer, symbolizer: new protomapsL.LineSymbolizer({color, width, opacity})});
  const rules = colours
    ? {paintRules: [{dataLayer: layer, symbolizer: new protomapsL.PolygonSymbolizer({fill: colour, opacity: 0.5, perFeature: true})}, line(colour, 0.8, 0.9)], labelRules: [writing("designation", {minzoom: 13, maxzoom: 15})]}
    : layer === "communes"
    ? {paintRules: [{...line("#7b8a82", 1, 0.8), maxzoom: 11}], labelRules: [writing("name", {maxzoom: 14, filter: () => true})]}
    : {paintRules: [line("#53645b", (z) => (z < 16 ? 0.4 : z < 18 ? 0.6 : 0.9), (z) => (z < 16 ? 0.55 : 0.9))], labelRules: [writing("number", {minzoom: 16})]};

  /* What did not come is no fault of the page's: it is told, and asked for again when the map has moved. */
  let drawn = null, failed = false, on = {fail: () => {}, seen: () => {}};
  const given_up = () => Object.assign(new Error("no tile"), {name: "AbortError"});
  const source = (query) => ({
    getZxy: async (z, x, y, signal) => {
      try {
        const response = await fetch(`/tiles/${layer}/${z}/${x}/${y}?${query}`, {signal});
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

  /* The tiles in view: their features whose box meets it, and of its points how many lie on ground that is held. */
  const seen = (map) => {
    if (!drawn || Math.round(map.getZoom()) < from) return null;
    const z = Math.min(Math.round(map.getZoom()) - 1, last), bounds = map.getBounds();
    const place = (corner) => map.project(corner, z).divideBy(256);
    const a = place(bounds.getNorthWest()), b = place(bounds.getSouthEast());
    const cache = drawn.made.views.get("").tileCache.cache, tile = (x, y) => cache.get(`${x}:${y}:${z}`);
    const codes = new Set();
    for (let x = Math.floor(a.x); x < b.x; x++) {
      for (let y = Math.floor(a.y); y < b.y; y++) {
        const entry = tile(x, y);
        if (!entry) return null;
        const west = (a.x - x) * PIXELS, north = (a.y - y) * PIXELS, east = (b.x - x) * PIXELS, south = (b.y - y) * PIXELS;
        for (const {bbox, props} of entry.data.get(layer) || []) {
          const inTile = bbox.maxX > Math.max(west, 0) && bbox.minX < Math.min(east, PIXELS) && bbox.maxY > Math.max(north, 0) && bbox.minY < Math.min(south, PIXELS);
          if (inTile) codes.add(props.designation);
        }
      }
    }
    let held = 0;
    for (let i = 0; i < SAMPLES * SAMPLES; i++) {
      const x = a.x + (b.x - a.x) * (i % SAMPLES + 0.5) / SAMPLES, y = a.y + (b.y - a.y) * (Math.floor(i / SAMPLES) + 0.5) / SAMPLES;
      const point = {x: (x % 1) * PIXELS, y: (y % 1) * PIXELS};
      const ground = tile(Math.floor(x), Math.floor(y)).data.get("coverage") || [];
      if (ground.some((each) => protomapsL.pointInPolygon(point, each.geom))) held++;
    }
    return {codes: [...codes].sort(), held: held === SAMPLES * SAMPLES ? "all" : held ? "part" : "no_data"};
  };
  return {layer, from, colours, put, take, again, fade, seen, listen: (to) => { on = to; }};
};
