// Airflow keeps its colour mode in this browser: "light", "dark" or "system". Runs before the page is drawn.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    let wanted = null;
    try { wanted = localStorage.getItem("theme"); } catch { /* no storage: as the system has it */ }
    const isDark = wanted === "dark" || (wanted !== "light" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    window.dispatchEvent(new Event("newsmill:theme"));
  };
  show();
  dark.addEventListener("change", show);
  window.addEventListener("storage", (event) => { if (event.key === "theme") show(); });
})();
