import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Path from "@effect/platform/Path"
import * as Terminal from "@effect/platform/Terminal"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Browser } from "../services/Browser.ts"
import { CommandRunner } from "../services/CommandRunner.ts"
import { EndSoon } from "../services/EndSoon.ts"
import { Files } from "../services/files.ts"
import { Host } from "../services/Host.ts"
import { browser } from "../services/node/browser.ts"
import { commandRunner } from "../services/node/commandRunner.ts"
import { makeConsole } from "../services/node/console.ts"
import { endSoon } from "../services/node/endSoon.ts"
import { makeFileSystem } from "../services/node/fileSystem.ts"
import { files } from "../services/node/files.ts"
import { host } from "../services/node/host.ts"
import { make as makeHttpClient } from "../services/node/http.ts"
import { signals } from "../services/node/signals.ts"
import { stdin } from "../services/node/stdin.ts"
import { makeStreams } from "../services/node/streams.ts"
import { makeTerminal } from "../services/node/terminal.ts"
import { Signals } from "../services/Signals.ts"
import { Stdin } from "../services/Stdin.ts"
import { Streams } from "../services/Streams.ts"

/**
 * Everything through which a command reaches the world. It is one layer and not
 * several that are merged: each merge costs some 300 steps of the runtime, at
 * every start.
 */
export const Live = Layer.scopedContext(
  Effect.gen(function* () {
    yield* Effect.withConsoleScoped(yield* makeConsole)
    const streams = makeStreams()
    return Context.make(Streams, streams).pipe(
      Context.add(Terminal.Terminal, makeTerminal(streams)),
      Context.add(Stdin, stdin),
      Context.add(CommandRunner, commandRunner),
      Context.add(Browser, browser),
      Context.add(EndSoon, endSoon),
      Context.add(Host, host),
      Context.add(Signals, signals),
      Context.add(Files, files),
      Context.add(HttpClient.HttpClient, yield* makeHttpClient()),
      Context.add(FileSystem.FileSystem, yield* makeFileSystem),
      Context.add(Path.Path, yield* Effect.provide(Path.Path, NodePath.layer)),
    )
  }),
)
