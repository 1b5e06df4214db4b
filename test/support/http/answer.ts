/** What a scripted API answers: in this process (`client.ts`) and on a port (`scripted.ts`). */

type Headers = Readonly<Record<string, string>>

/** A body is sent as it is where it is a text, and otherwise as JSON; without one it is empty. */
export interface Said {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Headers
}

/** An answer, or the error of a connection that is lost instead. */
export type Answer = Said | Error

/** Answers by `METHOD /path` below the base URL: a list is used up from its front, a single one stays. */
export type Answers = Readonly<Record<string, Answer | ReadonlyArray<Answer>>>

/** An answer with this text as its body. */
export const text = (status: number, body: string, headers: Headers = {}): Said => ({ status, body, headers })

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers: Headers = {}): Said =>
  text(status, JSON.stringify(body), { "content-type": "application/json", ...headers })

/** The text of an answer's body. */
export const bodyOf = ({ body = "" }: Said): string =>
  typeof body === "string" ? body : JSON.stringify(body)

/** The error of a system call, as Node makes it. */
export const systemError = (code: string, syscall?: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) })

/** Refused before anything was sent. */
export const refused = systemError("ECONNREFUSED", "connect")

/** Sent, and the connection was lost instead of an answer. */
export const reset = systemError("ECONNRESET", "read")

/** Gives the answers of a table in their turn, and knows which nobody asked for. */
export const turns = <A>(table: Readonly<Record<string, A | ReadonlyArray<A>>>) => {
  const left = new Map(
    Object.entries(table).map(([at, answers]) => [at, Array.isArray(answers) ? [...answers] : answers]),
  )
  const asked = new Set<string>()
  return {
    /** The answer to a request; undefined where there is none. */
    next: (at: string): A | undefined => {
      asked.add(at)
      const answers = left.get(at)
      return Array.isArray(answers) ? answers.shift() : (answers as A | undefined)
    },
    unused: (): ReadonlyArray<string> =>
      [...left].flatMap(([at, answers]) =>
        (Array.isArray(answers) ? answers.length > 0 : !asked.has(at)) ? [at] : [],
      ),
  }
}
