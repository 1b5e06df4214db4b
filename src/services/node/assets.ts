import { getRawAsset } from "node:sea"
import { evaluate } from "./codeCache.ts"

const bytes = (name: string): Buffer => Buffer.from(getRawAsset(name) as ArrayBuffer)

/** Reads a page of the docs from the assets. @throws if there is no such asset */
export const readPage = (name: string): string => bytes(`docs/${name}.md`).toString("utf8")

/**
 * Loads a module from the assets of the executable, with its code cache, the asset
 * `NAME.cache`. Modules that it requires by a relative path are assets too.
 *
 * @returns what the module exports
 */
export const loadAsset = (name: string, require: NodeJS.Require): unknown => {
  const requireAsset = Object.assign(
    (id: string): unknown => (id.startsWith("./") ? loadAsset(id.slice(2), require) : require(id)),
    require,
  )
  const cachedData = name === "main.cjs" ? bytes(`${name}.cache`) : undefined
  return evaluate(bytes(name).toString("latin1"), name, cachedData, requireAsset).exports
}
