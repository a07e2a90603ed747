// Draws the figures of a page with plotly. What they show comes from the page, as JSON; the colours from its style.

const base = document.querySelector("a.brand").getAttribute("href").replace(/\/$/, "");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const layout = (more) => ({
  autosize: true,
  margin: { t: 8, r: 8, b: 36, l: 48 },
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { family: "inherit", size: 12, color: colour("--text") },
  hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--line"), font: { color: colour("--text") } },
  showlegend: false,
  dragmode: false,
  ...more,
});
const axis = (more) => ({ gridcolor: colour("--line"), linecolor: colour("--line"), zeroline: false, fixedrange: true, ...more });

const figures = {
  heat: (data) => ({
    traces: [{
      type: "heatmap", x: data.x, y: data.y, z: data.z, xgap: data.x.length > 120 ? 0 : 1, ygap: 1, zmin: 0,
      colorscale: [[0, colour("--heat-low")], [0.25, colour("--heat-some")], [1, colour("--heat-high")]], hoverongaps: false,
      zmax: Math.max(2, ...data.z.flat()), showscale: window.innerWidth >= 600,
      colorbar: { thickness: 8, outlinewidth: 0, tickfont: { size: 11 }, len: 1, tickformat: ",d", nticks: Math.min(6, Math.max(2, ...data.z.flat()) + 1) },
      hovertemplate: "%{y}<br>%{x}: %{z:,} articles<extra></extra>",
    }],
    layout: layout({
      margin: { t: 8, r: 8, b: 36, l: window.innerWidth < 600 ? 90 : 170 },
      xaxis: axis({ type: "date", showgrid: false }),
      yaxis: axis({ autorange: "reversed", showgrid: false, type: "category", tickmode: "array", tickvals: data.y,
        ticktext: data.y.map((name) => (window.innerWidth < 600 && name.length > 12 ? `${name.slice(0, 11)}…` : name)) }),
    }),
  }),
  bars: (data) => ({
    traces: [{ type: "bar", x: data.x, y: data.y, marker: { color: colour("--accent") }, hovertemplate: "%{x}: %{y:,}<extra></extra>" }],
    layout: layout({ xaxis: axis({ type: "date" }), yaxis: axis({ rangemode: "tozero", tickformat: ",d", nticks: Math.min(6, Math.max(...data.y) + 1) }), bargap: 0.15 }),
  }),
  trend: (data) => ({
    traces: [
      { type: "scatter", mode: "lines+markers", name: "Quarantined", x: data.x, y: data.refused, line: { color: colour("--bad"), width: 2 },
        hovertemplate: "%{x}<br>%{y:.1%} quarantined<extra></extra>" },
      { type: "scatter", mode: "lines+markers", name: "Cut per word", x: data.x, y: data.cut, yaxis: "y2", line: { color: colour("--accent"), width: 2 },
        hovertemplate: "%{x}<br>%{y:.2f} characters cut for each word<extra></extra>" },
    ],
    layout: layout({
      showlegend: true,
      legend: { orientation: "h", x: 0, y: 1.2 },
      margin: { t: 32, r: 48, b: 36, l: 48 },
      xaxis: axis({ type: "category", showgrid: false, nticks: 8, tickangle: 0, ticktext: data.x.map((name) => name.split(" ")[0]), tickvals: data.x, tickmode: data.x.length > 8 ? "auto" : "array" }),
      yaxis: axis({ rangemode: "tozero", tickformat: Math.max(...data.refused) < 0.05 ? ".1%" : ".0%", nticks: 5 }),
      yaxis2: axis({ overlaying: "y", side: "right", rangemode: "tozero", showgrid: false, tickformat: ".2f", nticks: 5 }),
    }),
  }),
};

const draw = () => {
  for (const place of document.querySelectorAll("[data-figure]")) {
    const data = JSON.parse(document.getElementById(place.dataset.figure).textContent);
    const figure = figures[data.kind](data);
    Plotly.react(place, figure.traces, figure.layout, { responsive: true, displayModeBar: false });
    if (data.kind === "heat") {
      place.removeAllListeners?.("plotly_click");
      place.on("plotly_click", ({ points: [point] }) => {
        if (point.z) location.assign(`${base}/outlets/${encodeURIComponent(point.y)}/days/${encodeURIComponent(point.x)}`);
      });
    }
    place.dataset.drawn = "yes";
  }
};
draw();
window.addEventListener("newsmill:theme", draw);
