// Pictures without asking another computer for them.

import { h, safeUrl } from "./dom.js";

/** Show an image without asking another computer for it: only pictures of this server are loaded. */
export function picture(image, small = false) {
  const url = safeUrl(image.image_url);
  const own = url && new URL(url).origin === location.origin;
  if (own) return h("img", { src: url, alt: image.alt_text || "" });
  const alt = image.alt_text || "image";
  if (small) return h("span.tile", { role: "img", "aria-label": alt, title: alt }, initials(alt));
  return h("span.placeholder", { role: "img", "aria-label": alt }, alt);
}

/** The first letters of the first two words. */
export function initials(name) {
  const words = String(name).replace(/[^\p{L}\p{N}\s-]/gu, "").split(/[\s-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => word[0].toUpperCase()).join("") || "?";
}
