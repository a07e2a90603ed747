// Lets plotly work under the page's policy, which forbids styles in markup. Loaded before it.

// It sets style attributes; by script each of their parts may be set.
const plainly = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else plainly.call(this, name, value);
};

// It brings the style of its maps along, of which there are none here; its own begins empty and is filled by script.
const append = Node.prototype.appendChild;
HTMLHeadElement.prototype.appendChild = function (node) {
  return node instanceof HTMLStyleElement && node.textContent ? node : append.call(this, node);
};
