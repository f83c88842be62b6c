"use strict";
/* The parcels kept for comparison: in this browser only, up to four. */
(() => {
  const KEY = "landinfo.kept", head = document.querySelector("a.kept"), MOST = Number(head.dataset.most);
  const read = () => {
    try {
      const held = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(held) ? held.filter((ref) => typeof ref === "string").slice(0, MOST) : [];
    } catch { return []; }
  };
  const write = (refs) => { try { localStorage.setItem(KEY, JSON.stringify(refs)); } catch { /* a browser that keeps nothing */ } };
  const base = head.getAttribute("href");
  const fresh = () => {
    const refs = read(), asked = new URLSearchParams(base.split("?")[1] || "");
    for (const ref of refs) asked.append("parcel", ref);
    const now = new URLSearchParams(location.search);
    for (const name of ["on", "convert_to"]) if (now.get(name) && !asked.has(name)) asked.set(name, now.get(name));
    head.href = `${base.split("?")[0]}?${asked}`;
    head.querySelector("b").textContent = refs.length;
    head.hidden = !refs.length;
    for (const button of document.querySelectorAll("[data-keep]")) {
      const kept = refs.includes(button.dataset.keep);
      button.hidden = false;
      button.dataset.free = button.dataset.free || button.textContent;
      button.setAttribute("aria-pressed", kept);
      button.textContent = kept ? button.dataset.kept : button.dataset.free;
    }
    const list = document.querySelector("#kept-parcels");
    if (list) list.replaceChildren(...refs.map((ref) => { const o = document.createElement("option"); o.value = ref; return o; }));
  };
  document.addEventListener("click", (e) => {
    const button = e.target.closest && e.target.closest("[data-keep]"), out = e.target.closest && e.target.closest("[data-without]");
    if (out) write(read().filter((ref) => ref !== out.dataset.without));
    if (!button) return;
    const refs = read(), ref = button.dataset.keep;
    if (refs.includes(ref)) write(refs.filter((held) => held !== ref));
    else if (refs.length < MOST) write([...refs, ref]);
    else { button.textContent = button.dataset.full; return; }
    fresh();
  });
  window.addEventListener("storage", (e) => { if (e.key === KEY) fresh(); });
  const panel = document.querySelector("#panel, main.parcel > .sheet");
  if (panel) new MutationObserver(fresh).observe(panel, {childList: true});
  fresh();
})();
