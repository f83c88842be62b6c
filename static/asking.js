"use strict";
/* A question asked again where it stands: beside the map, and on a parcel's own page. What is refused takes nothing away. */
window.asking = (() => {
  const words = JSON.parse(document.querySelector(".busy").dataset.words);
  /* Without the fields left empty: an address says what was asked. */
  const asked = (form) => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));

  /* What has the focus has it again, at the same place of the screen, when another answer stands around it. */
  const hold = (root) => {
    const on = document.activeElement, within = root.contains(on) && on.closest("form.ask");
    const {name} = on, at = root.scrollTop, was = within && on.getBoundingClientRect().top;
    return () => {
      root.scrollTop = at;
      const form = within && root.querySelector("form.ask"), button = form && form.querySelector("button.primary");
      if (!form) return;
      const again = (name && form.elements[name]) || button;
      again.focus({preventScroll: true});
      if (document.activeElement !== again) button.focus({preventScroll: true});
      const moved = () => document.activeElement.getBoundingClientRect().top - was;
      root.scrollTop += moved();
      window.scrollBy({top: moved(), behavior: "instant"});
    };
  };

  /* The sentence above the answer that stands; what was refused is not left folded away. */
  const refuse = (root, page) => {
    const old = root.querySelector(".refused"), lead = page && page.querySelector(".problem .lead");
    if (old) old.remove();
    const said = document.createElement("p");
    said.className = "notice warning refused";
    said.setAttribute("role", "alert");
    said.textContent = lead ? lead.textContent : words.failed;
    root.prepend(said);
    for (const folded of root.querySelectorAll("form.ask details")) if ([...folded.querySelectorAll("input")].some((field) => field.value)) folded.open = true;
  };

  const read = (text) => new DOMParser().parseFromString(text, "text/html");
  return {asked, hold, refuse, read, words};
})();
(() => {
  const sheet = document.querySelector("main.parcel > .sheet"), busy = document.querySelector(".busy"), {asking} = window;
  if (!sheet) return;
  /* The whole page is read, not the panel: the figure, the extracts and the other language belong to the new question. */
  const PARTS = [".beside", ".languages", "main.parcel > .sheet"];
  const here = () => location.pathname + location.search;
  let turn = 0, shown = here();
  const ask = async (address, back = false) => {
    const mine = ++turn;
    busy.textContent = asking.words.loading;
    try {
      const response = await fetch(address, {headers: {Accept: "text/html"}}), page = asking.read(await response.text());
      if (mine !== turn) return;
      if (!page.querySelector(PARTS[2])) {
        if (back || response.ok || response.status < 400) location.assign(address); else asking.refuse(sheet, page);
        return;
      }
      if (!back) history.pushState(null, "", address);
      shown = here();
      document.title = page.title;
      const again = asking.hold(sheet);
      for (const part of PARTS) document.querySelector(part).replaceChildren(...page.querySelector(part).childNodes);
      again();
    } catch {
      if (mine === turn) asking.refuse(sheet, null);
    } finally {
      if (mine === turn) busy.textContent = "";
    }
  };
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.panel !== "ask") return;
    e.preventDefault();
    ask(`${form.getAttribute("action").split("#")[0]}?${asking.asked(form)}`);
  });
  /* A question of the price is answered by a link; the price it asks about is read next. */
  document.addEventListener("click", (e) => {
    const to = e.target.closest && e.target.closest(".open-price a");
    if (!to || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    ask(to.getAttribute("href")).then(() => {
      const head = sheet.querySelector("#price h2");
      head.tabIndex = -1;
      head.focus();
    });
  });
  window.addEventListener("popstate", () => { if (here() !== shown) ask(here(), true); });
})();
