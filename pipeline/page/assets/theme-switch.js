"use strict";
{
  const themes = ["system", "light", "dark"];
  const root = document.documentElement;
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    const tell = () => { button.textContent = `Theme: ${root.dataset.theme ?? "system"}`; };
    button.hidden = false;
    tell();
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(root.dataset.theme ?? "system") + 1) % themes.length];
      if (next === "system") delete root.dataset.theme; else root.dataset.theme = next;
      try { localStorage.setItem("page-theme", next); } catch (error) { /* Only for this view. */ }
      tell();
    });
  }
  // Paper shows what is folded on the screen.
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details[data-print]:not([open])")) {
      folded.open = true;
      folded.dataset.opened = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const opened of document.querySelectorAll("details[data-opened]")) {
      opened.open = false;
      delete opened.dataset.opened;
    }
  });
}
