// Loaded before the page is drawn, and therefore no module: a chosen theme must not flash up late.
(() => {
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const root = document.documentElement;

  const chosen = () => {
    const kept = localStorage.getItem("theme");
    return kept in NEXT ? kept : "system";
  };

  const show = () => {
    root.dataset.theme = chosen();
    const name = document.querySelector("#theme span");
    if (name) name.textContent = `Theme: ${chosen()}`;
  };

  show();
  addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      localStorage.setItem("theme", NEXT[chosen()]);
      show();
    });
  });
})();
