// Draws what the page sends, once. The policy of this frame runs no script that came with it.

addEventListener("message", (event) => {
  if (event.source !== parent) return;
  document.documentElement.innerHTML = event.data;
}, { once: true });
