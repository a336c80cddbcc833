// The sandbox's time: a visitor may let some of it pass.

let ahead = 0;

/** Set the clock by what the server says it is, in seconds since 1970. */
export function setClock(seconds) {
  ahead = seconds * 1000 - Date.now();
}

/** Give the moment. */
export function now() {
  return new Date(Date.now() + ahead);
}
