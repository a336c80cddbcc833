// The sandbox's time: a visitor may let some of it pass.

let ahead = 0;
let zone;

/** Set the clock by what the server says it is, in seconds since 1970, and whose zone it shows. */
export function setClock(seconds, timeZone) {
  ahead = seconds * 1000 - Date.now();
  zone = timeZone;
}

/** Write a moment as the person sees it, whose zone it is. */
export function written(at, style = { dateStyle: "medium", timeStyle: "short" }) {
  return at.toLocaleString("en-GB", { timeZone: zone, ...style });
}

/** Give the moment. */
export function now() {
  return new Date(Date.now() + ahead);
}
