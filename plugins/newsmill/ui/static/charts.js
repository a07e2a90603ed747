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

// The colour of each source of a date: the less sure, the warmer; grey where there was none.
const SOURCES = { record: "--accent", metadata: "--duplicate", byline: "--published", url: "--quarantined", ingested: "--unchanged" };

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
  // Shares of a run are of different sizes: one above the other, each with its own scale.
  trend: (data) => {
    const lines = [["Quarantined", data.refused, "--bad", "y", [0.56, 1]], ["Cut", data.cut, "--accent", "y2", [0, 0.44]]];
    const scale = (shares) => {
      const most = Math.max(0.01, ...shares);
      return { range: [0, most * 1.15], tickformat: most < 0.05 ? ".1%" : ".0%", nticks: 4 };
    };
    return {
      traces: lines.map(([name, shares, ink, yaxis]) => ({
        type: "scatter", mode: "lines+markers", name, x: data.x, y: shares, yaxis, line: { color: colour(ink), width: 2 }, marker: { size: 5 }, cliponaxis: false,
        hovertemplate: `%{x}<br>%{y:.1%} ${name.toLowerCase()}<extra></extra>`,
      })),
      layout: layout({
        xaxis: axis({ type: "category", anchor: "y2", showgrid: false, nticks: window.innerWidth < 600 ? 3 : 8, tickangle: 0 }),
        yaxis: axis({ ...scale(data.refused), domain: lines[0][4] }),
        yaxis2: axis({ ...scale(data.cut), domain: lines[1][4] }),
        annotations: lines.map(([name, , ink, , [, top]]) => ({
          text: name, xref: "paper", yref: "paper", x: 0, y: top, xanchor: "left", yanchor: "bottom", showarrow: false, font: { color: colour(ink), size: 12 },
        })),
        margin: { t: 24, r: 8, b: 36, l: 48 },
      }),
    };
  },
  shares: (data) => ({
    traces: [{
      type: "heatmap", x: data.x, y: data.y, z: data.z, xgap: 1, ygap: 1, zmin: 0, zmax: 1, hoverongaps: false,
      colorscale: [[0, colour("--heat-low")], [0.5, colour("--heat-some")], [1, colour("--heat-high")]], showscale: window.innerWidth >= 600,
      colorbar: { thickness: 8, outlinewidth: 0, tickfont: { size: 11 }, len: 1, tickformat: ".0%", nticks: 5 },
      hovertemplate: "%{y}<br>%{x}: %{z:.1%}<extra></extra>",
    }],
    layout: layout({
      margin: { t: 8, r: 8, b: 36, l: 90 },
      xaxis: axis({ type: "category", showgrid: false, nticks: window.innerWidth < 600 ? 4 : 10, tickangle: 0 }),
      yaxis: axis({ autorange: "reversed", showgrid: false, type: "category" }),
    }),
  }),
  stack: (data) => ({
    traces: Object.entries(data.series).map(([name, shares]) => ({
      type: "bar", name, x: data.x, y: shares, marker: { color: colour(SOURCES[name]) }, hovertemplate: `%{x}: %{y:.1%} ${name}<extra></extra>`,
    })),
    layout: layout({
      barmode: "stack", bargap: 0.15, showlegend: true, legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
      margin: { t: 32, r: 8, b: 36, l: 48 },
      xaxis: axis({ type: "category", showgrid: false, nticks: window.innerWidth < 600 ? 4 : 10, tickangle: 0 }),
      yaxis: axis({ range: [0, 1], tickformat: ".0%", nticks: 5 }),
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
