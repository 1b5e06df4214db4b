import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { undecodable } from "../network/ConnectionTrace.ts"

type Decode = (
  bytes: Uint8Array,
  options: { readonly maxOutputLength?: number },
  callback: (error: Error | null, result: Uint8Array) => void,
) => void

/** What undoes one content encoding. What does the work is loaded when it is needed, which is hardly ever. */
const decode = async (encoding: string, bytes: Uint8Array, maxBytes: number | undefined) => {
  const zlib = await import("node:zlib")
  const decoders: Readonly<Record<string, Decode>> = {
    gzip: zlib.gunzip,
    "x-gzip": zlib.gunzip,
    br: zlib.brotliDecompress,
    // Some servers leave out the header of zlib, whose first byte names the method 8.
    deflate: ((bytes[0] ?? 0) & 15) === 8 ? zlib.inflate : zlib.inflateRaw,
  }
  const decoder = decoders[encoding]
  if (decoder === undefined) throw Object.assign(new Error("unknown encoding"), { code: undecodable })
  return await new Promise<Uint8Array>((fulfil, reject) =>
    decoder(bytes, maxBytes === undefined ? {} : { maxOutputLength: maxBytes }, (error, result) => {
      if (error === null) return fulfil(result)
      const { code } = error as NodeJS.ErrnoException
      // As the platform says it of a body that was too large as it came.
      if (code === "ERR_BUFFER_TOO_LARGE") reject(new Error("maxBytes exceeded"))
      else reject(Object.assign(error, { code: undecodable }))
    }),
  )
}

/** The encodings of a body, the outermost first. */
const encodingsOf = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "")
    .toLowerCase()
    .split(",")
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== "" && encoding !== "identity")
    .reverse()

/**
 * An answer whose body is read without its content encodings: some servers
 * and gateways compress unasked. The bound on a body's size holds for what
 * comes out.
 */
export const decodedResponse = (
  response: HttpClientResponse.HttpClientResponse,
): HttpClientResponse.HttpClientResponse => {
  const encodings = encodingsOf(response.headers["content-encoding"])
  if (encodings.length === 0) return response
  const bytes = Effect.gen(function* () {
    const maxBytes = Option.map(yield* HttpIncomingMessage.MaxBodySize, Number)
    let decoded: Uint8Array = new Uint8Array(yield* response.arrayBuffer)
    for (const encoding of decoded.length === 0 ? [] : encodings) {
      decoded = yield* Effect.tryPromise({
        try: () => decode(encoding, decoded, Option.getOrUndefined(maxBytes)),
        catch: (cause) =>
          new HttpClientError.ResponseError({ request: response.request, response, reason: "Decode", cause }),
      })
    }
    return decoded
  })
  const text = Effect.map(bytes, (decoded) => new TextDecoder().decode(decoded))
  // `json` and the others of the platform's response read `text`.
  return Object.create(response, {
    text: { value: text },
    arrayBuffer: { value: Effect.map(bytes, (decoded) => decoded.slice().buffer) },
    stream: { value: Stream.fromEffect(bytes) },
  })
}
