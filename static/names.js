"use strict";
/* The names of a plan's areas on the map: whole where an area has room for it, else its code, else nothing. They stand
   above the parcels and never on one another; the legend says the same to those who do not see them. */
window.mapNames = (map, english) => {
  const FONT = "600 12px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif", LINE = 15, MOST_LINES = 3, MOST = 60, PAD = 4;
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = FONT;
  const pane = map.createPane("names");
  pane.style.zIndex = 460;
  pane.style.pointerEvents = "none";
  pane.setAttribute("aria-hidden", "true");
  const group = L.layerGroup().addTo(map);
  let shown = "";

  /* A name in as few lines as fit into a width; null: a word of it does not, or there are too many lines. */
  const lined = (name, width) => {
    const lines = [];
    for (const word of name.split(" ")) {
      const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
      if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
      else if (pen.measureText(word).width <= width) lines.push(word);
      else return null;
    }
    return lines.length <= MOST_LINES ? lines : null;
  };
  const sized = (lines) => ({lines, width: Math.ceil(Math.max(...lines.map((line) => pen.measureText(line).width))) + 2 * PAD, height: lines.length * LINE + PAD});
  const box = ({x, y}, {width, height}) => ({west: x - width / 2, east: x + width / 2, north: y - height / 2, south: y + height / 2});
  const apart = (one, other) => one.east < other.west || other.east < one.west || one.south < other.north || other.south < one.north;

  const chosen = (label, placed) => {
    const name = label.named && label.named[english ? "en" : "vi"].replace(/ *\(.*\)/, "");
    const ways = name ? [1, 0.6, 0.4].map((part) => lined(name, Math.min(label.room, 170) * part)).filter(Boolean) : [];
    for (const lines of [...ways, [label.code]]) {
      const made = sized(lines), on = box(label.at, made), middle = (on.north + on.south) / 2;
      const edge = [on.west, (on.west + on.east) / 2, on.east].flatMap((x) => [on.north, middle, on.south].map((y) => [x, y]));
      if (made.width <= label.room && edge.every(([x, y]) => label.inside(x, y)) && placed.every((other) => apart(on, other))) return {...made, on};
    }
    return null;
  };
  const marker = (at, {lines, width, height}) => {
    const html = document.createElement("span");
    lines.forEach((line, n) => { if (n) html.append(document.createElement("br")); html.append(line); });
    const icon = L.divIcon({className: "area-name", html, iconSize: [width, height]});
    return L.marker(map.unproject(L.point(at.x, at.y)), {icon, pane: "names", interactive: false, keyboard: false});
  };
  return (layers) => {
    const placed = [], made = [];
    for (const label of layers.flatMap((layer) => layer.names(map))) {
      const fit = made.length < MOST && chosen(label, placed);
      if (!fit) continue;
      placed.push(fit.on);
      made.push({label, fit});
    }
    const key = made.map(({label, fit}) => `${label.at.x.toFixed(0)},${label.at.y.toFixed(0)},${fit.lines}`).join(";");
    if (key === shown) return;
    shown = key;
    group.clearLayers();
    for (const {label, fit} of made) marker(label.at, fit).addTo(group);
  };
};
