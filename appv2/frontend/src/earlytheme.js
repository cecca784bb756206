// A classic script in the head: it runs before the first paint, so that no theme flashes by.
try {
  if (localStorage.getItem("tickstock.theme") === "light") document.documentElement.dataset.theme = "light";
} catch {
  // A browser that remembers nothing shows the dark theme.
}
