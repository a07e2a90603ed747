// Small helps; every page works without them.
document.documentElement.classList.toggle("framed", window.top !== window.self);

for (const part of document.querySelectorAll("[data-grow]")) {
  part.style.flexGrow = part.dataset.grow;
}

for (const button of document.querySelectorAll("button.toggle")) {
  button.addEventListener("click", () => {
    const isHidden = document.body.classList.toggle(`without-${button.dataset.hides}`);
    button.setAttribute("aria-pressed", String(isHidden));
  });
}

for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) {
      button.classList.add("busy");
      button.setAttribute("aria-busy", "true");
    }
  });
}

for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
