"use strict";
/* The search box: suggestions while somebody types, as an ARIA combobox. Without it the form goes to /search. */
(() => {
  const form = document.querySelector("form.find");
  if (!form) return;
  const input = form.querySelector("#find"), words = JSON.parse(form.dataset.words);
  const lang = document.documentElement.lang === "en" ? "en" : "vi";
  const WAIT = 120, LONG = 1800;
  const make = (tag, attributes, ...inside) => {
    const el = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
    el.append(...inside);
    return el;
  };
  /* A listbox holds options and nothing else: the reason and the button to the whole list stand beneath it. */
  const list = make("ul", {id: "find-list", role: "listbox", "aria-label": words.list}), beneath = make("div", {class: "beneath"});
  const open = make("div", {class: "suggestions"}, list, beneath);
  const status = make("p", {role: "status", class: "unseen"});
  open.hidden = list.hidden = true;
  form.append(open, status);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "find-list"], ["aria-expanded", "false"]]) {
    input.setAttribute(name, value);
  }

  let hits = [], at = -1, asked = null, timer = 0, shown = "";
  const close = () => {
    open.hidden = list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const stop = () => {
    clearTimeout(timer);
    if (asked) asked.abort();
    asked = null;
  };
  const mark = (to) => {
    const options = [...list.querySelectorAll("[role=option]")];
    if (!options.length) return;
    at = (to + options.length + 1) % (options.length + 1);
    options.forEach((el, i) => el.setAttribute("aria-selected", String(i === at)));
    if (at === options.length) {
      at = -1;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({block: "nearest"});
  };
  const go = (hit) => {
    stop();
    close();
    input.value = hit.label[lang];
    const chosen = new CustomEvent("landinfo:chosen", {detail: hit, cancelable: true});
    if (document.dispatchEvent(chosen)) {
      location.href = lang === "en" ? hit.href.replace(/(#|$)/, (sign) => `${hit.href.includes("?") ? "&" : "?"}lang=en${sign}`) : hit.href;
    }
  };

  const option = (hit, i) => {
    const el = make("li", {role: "option", id: `find-${i}`, "aria-selected": "false", class: `hit ${hit.kind}`},
      make("span", {class: "title"}, make("strong", {}, hit.label[lang]), make("span", {class: "kind"}, words[hit.kind])),
      make("small", {}, hit.detail[lang]));
    el.addEventListener("pointerdown", (e) => e.preventDefault());
    el.addEventListener("click", () => go(hit));
    el.addEventListener("pointermove", () => { if (at !== i) mark(i); });
    return el;
  };
  const show = (found) => {
    hits = found.suggestions.filter((hit) => hit.href);
    const rest = found.total > hits.length && hits.length
      ? [make("p", {class: "more"}, make("button", {type: "submit", tabindex: "-1"}, `${words.all} (${found.total})`))] : [];
    const why = !hits.length && found.reason ? [make("p", {class: "why"}, found.reason[lang])] : [];
    list.replaceChildren(...hits.map(option));
    beneath.replaceChildren(...rest, ...why);
    list.hidden = !hits.length;
    open.hidden = list.hidden && !why.length;
    at = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = hits.length ? `${hits.length} ${words.count}` : words.none;
  };
  const suggest = async () => {
    const typed = input.value.trim();
    if (asked) asked.abort();
    if (typed.length < 2 || typed.length > LONG) { asked = null; shown = ""; close(); return; }
    if (typed === shown && !open.hidden) return;
    const mine = asked = new AbortController();
    try {
      const response = await fetch(`/api/suggest?q=${encodeURIComponent(typed)}`, {signal: mine.signal});
      const found = await response.json();
      if (mine !== asked) return;
      shown = typed;
      show(response.ok ? found : {suggestions: [], total: 0, reason: {vi: found.detail, en: found.detail_en}});
    } catch (wrong) {
      if (wrong.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, WAIT); });
  input.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    if (e.key === "Escape") {
      if (!open.hidden) { e.preventDefault(); stop(); close(); }
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      const last = list.querySelectorAll("[role=option]").length;
      if (open.hidden) { shown = ""; suggest(); } else mark(e.key === "ArrowDown" ? at + 1 : at < 0 ? last - 1 : at - 1 < 0 ? last : at - 1);
    } else if (e.key === "Enter" && at >= 0 && !list.hidden) {
      e.preventDefault();
      go(hits[at]);
    }
  });
  input.addEventListener("blur", () => { stop(); setTimeout(close, 150); });
  /* A table of corners keeps its lines: the box has only one. */
  input.addEventListener("paste", (e) => {
    const text = e.clipboardData.getData("text");
    if (!/[\r\n]/.test(text.trim())) return;
    e.preventDefault();
    input.setRangeText(text.trim().replace(/\s*[\r\n]+\s*/g, "; "), input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", {bubbles: true}));
  });
  form.addEventListener("submit", (e) => {
    stop();
    /* What is too long for an address is posted. */
    if (input.value.length > LONG) form.method = "post";
    if (!input.value.trim()) e.preventDefault();
  });
  document.addEventListener("keydown", (e) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); input.focus(); }
  });
})();
