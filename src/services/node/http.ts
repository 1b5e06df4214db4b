import type { IncomingMessage } from "node:http"
import { StringDecoder } from "node:string_decoder"
import { promisify } from "node:util"
import type { ZlibOptions } from "node:zlib"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Proxy from "../../domain/Proxy.ts"
import { tooLarge, undecodable } from "../network/failures.ts"
import { CurrentTrace } from "../network/trace.ts"
import { makeConnections } from "./connections.ts"

/**
 * Makes the live HTTP client, over `node:http`. Each request goes through the
 * proxy that the environment names for it, and reports to the `CurrentTrace`
 * how its connection comes about. Connections are kept until the scope ends.
 */
export const make = (
  env: NodeJS.ProcessEnv = process.env,
): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const connections = yield* Effect.acquireRelease(
      Effect.sync(() => makeConnections(() => clock.unsafeCurrentTimeMillis())),
      ({ close }) => Effect.sync(close),
    )
    return HttpClient.make((request, url, signal) =>
      Effect.gen(function* () {
        const trace = yield* CurrentTrace
        const maxBytes = Number(Option.getOrElse(yield* HttpIncomingMessage.MaxBodySize, () => 2 ** 32))
        const failed = (details: { readonly cause: unknown } | { readonly description: string }) =>
          new HttpClientError.RequestError({
            request,
            reason: "cause" in details ? "Transport" : "InvalidUrl",
            ...details,
          })
        const proxy = yield* Effect.mapError(
          Proxy.choose(url, (name) => env[name]),
          (variable) => failed({ description: `${variable} can't be used` }),
        )
        const { body, headers, method } = request
        if (body._tag !== "Uint8Array" && body._tag !== "Empty")
          return yield* Effect.dieMessage(`a body of the kind ${body._tag} can't be sent`)
        return yield* Effect.async<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError>(
          (resume) => {
            const answer = (incoming: IncomingMessage) =>
              resume(Effect.succeed(responseOf(request, incoming, maxBytes)))
            connections
              .request({ url, method, headers, signal, proxy, trace })
              // It stays: a connection can also break after the answer has begun.
              .on("error", (cause) => resume(Effect.fail(failed({ cause }))))
              .once("response", answer)
              .once("upgrade", answer)
              .end(body._tag === "Uint8Array" ? body.body : undefined)
          },
        )
      }),
    )
  })

/**
 * Makes the client's response of Node's. It passes for a `Response` of the web,
 * of which the `Transport` needs these members only: Node's own takes 10 ms to load.
 */
const responseOf = (
  request: HttpClientRequest.HttpClientRequest,
  incoming: IncomingMessage,
  maxBytes: number,
): HttpClientResponse.HttpClientResponse => {
  const source = {
    status: incoming.statusCode,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    text: () => readText(incoming, maxBytes),
  }
  return HttpClientResponse.fromWeb(request, source as unknown as Response)
}

/**
 * Reads a body, and decodes it: some servers and gateways compress unasked.
 *
 * @param maxBytes - the bound on its size, encoded as well as decoded
 */
const readText = async (incoming: IncomingMessage, maxBytes: number): Promise<string> => {
  const encodings = (incoming.headers["content-encoding"] ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((encoding) => encoding !== "" && encoding !== "identity")
  if (encodings.length === 0) {
    // A long list is never kept as bytes.
    const decoder = new StringDecoder("utf8")
    let text = ""
    await eachPart(incoming, maxBytes, (part) => {
      text += decoder.write(part)
    })
    return text + decoder.end()
  }
  const parts: Array<Buffer> = []
  await eachPart(incoming, maxBytes, (part) => void parts.push(part))
  let body: Buffer = Buffer.concat(parts)
  // The last one was applied last.
  for (const encoding of body.length === 0 ? [] : encodings.toReversed()) {
    body = await decode(encoding, body, maxBytes)
  }
  return body.toString("utf8")
}

/** Passes on the parts of a body as they come. Iterating over a stream would take a millisecond more. */
const eachPart = (incoming: IncomingMessage, maxBytes: number, take: (part: Buffer) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (code: string) => Object.assign(new Error("the body can't be read"), { code })
    let size = 0
    incoming
      .on("data", (part: Buffer) => {
        size += part.length
        if (size > maxBytes) incoming.destroy(failed(tooLarge))
        else take(part)
      })
      .on("end", resolve)
      .on("error", reject)
      .on("close", () => reject(failed("ECONNRESET")))
  })

/** Decodes one content encoding. zlib is loaded only then, since hardly any answer has one. */
const decode = async (encoding: string, body: Buffer, maxOutputLength: number): Promise<Buffer> => {
  const zlib = await import("node:zlib")
  const decoder = () => {
    switch (encoding) {
      case "gzip":
      case "x-gzip":
        return zlib.gunzip
      case "br":
        return zlib.brotliDecompress
      case "deflate":
        // Some servers leave out zlib's header, whose first byte has an 8 in its lower half.
        return ((body[0] ?? 0) & 15) === 8 ? zlib.inflate : zlib.inflateRaw
      default:
        throw new Error("unknown encoding")
    }
  }
  try {
    return await promisify<Buffer, ZlibOptions, Buffer>(decoder())(body, { maxOutputLength })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw Object.assign(new Error("can't be decoded"), { code: code === tooLarge ? code : undecodable })
  }
}
