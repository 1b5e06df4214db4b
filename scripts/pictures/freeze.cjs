// Loaded before zpcli and its sandbox when pictures are made: time stands still, so that a picture is the same every day.
const { ServerResponse } = require("node:http")

const now = Date.parse("2026-04-15T09:00:00Z")
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now] : args))
  }
  static now() {
    return now
  }
}

// The header that Node adds by itself does not use this `Date`.
const { writeHead } = ServerResponse.prototype
ServerResponse.prototype.writeHead = function (...args) {
  this.setHeader("date", new Date().toUTCString())
  return writeHead.apply(this, args)
}
