import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Option from "effect/Option"

// These types are what `read.ts` reads of the values that `@effect/cli` 0.77 makes. It does not export
// them, so an update may change them: a tag that is not known here is an error, and never skipped.

export interface Primitive {
  readonly _tag: string
  /** The choices of a `Choice`. */
  readonly alternatives?: ReadonlyArray<readonly [name: string, value: unknown]>
}

export interface Single {
  readonly _tag: "Single"
  readonly name: string
  readonly pseudoName: Option.Option<string>
  readonly primitiveType: Primitive
  readonly description: HelpDoc.HelpDoc
}

export interface SingleOption extends Single {
  readonly aliases: ReadonlyArray<string>
  /** The pseudo name, or else the name of the type. */
  readonly placeholder: string
}

export interface Count {
  readonly min: Option.Option<number>
  readonly max: Option.Option<number>
}

export type OptionNode =
  | { readonly _tag: "Empty" }
  | SingleOption
  | { readonly _tag: "KeyValueMap"; readonly argumentOption: SingleOption }
  | ({ readonly _tag: "Variadic"; readonly argumentOption: SingleOption } & Count)
  | { readonly _tag: "Map"; readonly options: OptionNode; readonly f: object }
  | { readonly _tag: "WithDefault" | "WithFallback"; readonly options: OptionNode }
  | { readonly _tag: "Both" | "OrElse"; readonly left: OptionNode; readonly right: OptionNode }

export type ArgsNode =
  | { readonly _tag: "Empty" }
  | Single
  | ({ readonly _tag: "Variadic"; readonly args: ArgsNode } & Count)
  | { readonly _tag: "Map"; readonly args: ArgsNode; readonly f: object }
  | { readonly _tag: "WithDefault" | "WithFallbackConfig"; readonly args: ArgsNode }
  | { readonly _tag: "Both"; readonly left: ArgsNode; readonly right: ArgsNode }

export interface Standard {
  readonly _tag: "Standard"
  readonly name: string
  readonly description: HelpDoc.HelpDoc
  readonly options: OptionNode
  readonly args: ArgsNode
}

export type CommandNode =
  | Standard
  | { readonly _tag: "Map"; readonly command: CommandNode }
  | { readonly _tag: "Subcommands"; readonly parent: CommandNode }
