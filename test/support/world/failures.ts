import * as Either from "effect/Either"
import type { Failure } from "../../../src/cli/errors/failure.ts"
import { ExitWith, InternalError } from "../../../src/cli/errors/failure.ts"
import { UsageError } from "../../../src/cli/strict/errors.ts"
import type { Signer } from "../../../src/domain/Credential.ts"
import * as Errors from "../../../src/domain/Errors.ts"
import * as Expiry from "../../../src/domain/Expiry.ts"
import * as KeyId from "../../../src/domain/KeyId.ts"
import * as Label from "../../../src/domain/Label.ts"
import * as Scope from "../../../src/domain/Scope.ts"

/** What an answer tells of itself; its words would clear the screen. */
export const answered = { status: 418, requestId: "req-1", serverMessage: "no.\u001b[2J" }
const origin = "https://api.zpools.io"
const host = "api.zpools.io"
const timedOut = new Errors.TimedOut({ origin, seconds: 30, sent: true, attempts: 3 })

const value = "\u202evalue"
const undelivered = new Errors.DeliveryFailed({ target: "x\u001b.pat", why: "ENOSPC" })
/** A rotation whose new PAT exists. */
export const rotation = { old: [{ keyId: "a-b-c-d", works: true }], newKeyId: "e-f-g-h" }

type Sample = readonly [failure: Failure, exitCode: number]

const signers: ReadonlyArray<Signer> = [
  { _tag: "PAT", source: "ZPOOLPAT" },
  { _tag: "PAT", source: "/home/\u001b/zpoolrc" },
  { _tag: "PAT", source: "ZPOOLPAT_FILE", via: "file" },
  { _tag: "PAT", source: "ZPOOLPAT_COMMAND in /home/\u001b/zpoolrc", via: "command" },
  { _tag: "NewPat" },
  { _tag: "Pasted", page: "https://zpools.io/dashboard/tokens\u001b" },
  { _tag: "JWT" },
]

/** One of each error: that none is left out is for the compiler to say. */
export const samples: { readonly [Tag in Failure["_tag"]]: ReadonlyArray<Sample> } = {
  ExitWith: [[new ExitWith({ code: 42 }), 42]],
  Quit: [[new Errors.Quit(), 130]],
  UsageError: (
    [
      ["Unknown option --x\u001b for zpcli pat.", "See: zpcli pat --help\u001b"],
      ["Something is wrong\u0007."],
    ] as const
  ).map(([message, hint]) => [new UsageError("zpcli pat", message, hint), 2]),
  InvalidInput: [
    ...["", "x".repeat(256), value, "a\nb"].map(Label.parse),
    KeyId.parse(value),
    ...[[], [value], ["jobs"], ["job,*"]].map(Scope.parseAll),
    ...[value, "2027-02-30"].map(Expiry.parseDate),
    ...[value, "5m"].map(Expiry.parseDuration),
    Expiry.after({ amount: 9999, unit: "y" }, 0),
  ]
    .flatMap(
      (read: Either.Either<unknown, Errors.InvalidInput>): ReadonlyArray<Errors.InvalidInput> =>
        Either.isLeft(read) ? [read.left] : [],
    )
    .map((failure) => [failure, 2]),
  InputUnreadable: [
    [new Errors.InputUnreadable({ reason: "too-large", code: undefined }), 2],
    [new Errors.InputUnreadable({ reason: "failed", code: value }), 2],
  ],
  SettingsError: [
    [new Errors.SettingsError({ source: "ZPOOL_TIMEOUT", reason: "must be a number" }), 2],
    [new Errors.SettingsError({ source: "zpoolrc", line: 3, reason: "must have the form KEY=value" }), 2],
  ],
  CredentialMissing: (["ZPOOLPAT", "ZPOOL_USER", "ZPOOL_PASSWORD"] as const).flatMap((variable) =>
    ([undefined, "jwt", "pat"] as const).flatMap((only) =>
      ([undefined, "no-terminal", "--no-input", "ZPOOL_NO_INPUT"] as const).flatMap((notAsked) =>
        [{}, { page: "https://zpools.io/dashboard/tokens\u001b" }].map(
          (more) => [new Errors.CredentialMissing({ variable, only, notAsked, ...more }), 4] as const,
        ),
      ),
    ),
  ),
  SecretUnavailable: (
    ["missing", "unusable", "not-a-file", "exit", "timeout", "empty", "too-large", "not-a-pat"] as const
  ).flatMap((reason) =>
    [undefined, "/run/\u001b/pat"].map(
      (path) =>
        [
          new Errors.SecretUnavailable({ source: "ZPOOLPAT_FILE", reason, path, code: "EIO", exitCode: 7 }),
          4,
        ] as const,
    ),
  ),
  LoginRefused: [true, false].flatMap((user) =>
    [true, false].map(
      (password) =>
        [new Errors.LoginRefused({ ...answered, user: "demo", host, typed: { user, password } }), 4] as const,
    ),
  ),
  CredentialRefused: signers.map((credential) => [
    new Errors.CredentialRefused({ ...answered, credential }),
    4,
  ]),
  NotAllowed: signers.flatMap((credential) =>
    (["pat", undefined] as const).map(
      (needs) => [new Errors.NotAllowed({ ...answered, credential, needs }), 4] as const,
    ),
  ),
  PatNotFound: [[new Errors.PatNotFound({ ...answered, keyId: "a-b-c-d" }), 5]],
  RequestRefused: [
    [new Errors.RequestRefused({ ...answered, path: "/pat" }), 1],
    [new Errors.RequestRefused({ status: 404, path: "/pat" }), 1],
  ],
  Redirected: [
    [new Errors.Redirected({ ...answered, origin, location: "https://else\u001bwhere" }), 1],
    [new Errors.Redirected({ ...answered, origin, location: undefined }), 1],
  ],
  ServiceUnavailable: [429, 500, 503].map((status) => [
    new Errors.ServiceUnavailable({ ...answered, status, attempts: 3, retryAfter: 120_000 }),
    6,
  ]),
  Unreachable: [
    [new Errors.Unreachable({ origin, code: "ECONNREFUSED", sent: false, attempts: 3 }), 6],
    [new Errors.Unreachable({ origin, code: "ECONNRESET", sent: true, attempts: 1 }), 6],
    [
      new Errors.Unreachable({
        origin,
        code: "SELF_SIGNED_CERT_IN_CHAIN",
        sent: false,
        attempts: 1,
        lasting: "certificate",
      }),
      6,
    ],
  ],
  TimedOut: [[timedOut, 6]],
  ResponseUnreadable: (["empty", "not-json", "html", "shape", "failure", "too-large"] as const).map(
    (reason) => [new Errors.ResponseUnreadable({ ...answered, origin, reason, expected: "a list" }), 1],
  ),
  OutcomeUnknown: [undefined, [], ["a-b-c-d", "e-f-g-h"]].flatMap((found) =>
    (
      [
        [undefined, 130],
        [timedOut, 7],
      ] as const
    ).map(([cause, code]) => [new Errors.OutcomeUnknown({ label: "ci\u0007", found, cause }), code] as const),
  ),
  TokenWouldBeLost: [[new Errors.TokenWouldBeLost(), 2]],
  TokenUndelivered: [
    [new Errors.TokenUndelivered({ keyId: "a-b-c-d", revoked: false, cause: undelivered }), 7],
    [new Errors.TokenUndelivered({ keyId: undefined, revoked: false, cause: undelivered }), 7],
    [new Errors.TokenUndelivered({ keyId: "a-b-c-d", revoked: true, cause: undelivered }), 9],
    [new Errors.TokenUndelivered({ keyId: "a-b-c-d", revoked: true, cause: undefined }), 130],
  ],
  PatLeft: (
    [
      [0, 7],
      [3, 3],
      [new Errors.CommandUnusable({ name: "x\u001b", reason: "not-executable", code: "EACCES" }), 126],
      [undefined, 130],
    ] as const
  ).flatMap(([end, code]) =>
    (["a-b-c-d", undefined] as const).map(
      (keyId) =>
        [
          new Errors.PatLeft({
            label: "x\u001b",
            keyId,
            expiry: "2027-01-01",
            end,
            cause: keyId === undefined ? undefined : timedOut,
          }),
          code,
        ] as const,
    ),
  ),
  NotOffered: (["login", "create"] as const).map((what) => [
    new Errors.NotOffered({ ...answered, what, host, page: "https://zpools.io/dashboard/tokens\u001b" }),
    1,
  ]),
  RevokeUnconfirmed: (["active", "unlisted", "unknown"] as const).map((listed) => [
    new Errors.RevokeUnconfirmed({ ...answered, keyId: "a-b-c-d", listed }),
    1,
  ]),
  OutputFailed: [
    [new Errors.OutputFailed({ code: "ENOSPC" }), 1],
    [new Errors.OutputFailed({ code: "EPIPE" }), 0],
  ],
  CommandUnusable: (
    [
      ["not-found", 127],
      ["not-executable", 126],
    ] as const
  ).map(([reason, code]) => [new Errors.CommandUnusable({ name: "x\u001b", reason, code: "EACCES" }), code]),
  CannotAsk: (["no-terminal", "--no-input", "ZPOOL_NO_INPUT"] as const).map((notAsked) => [
    new Errors.CannotAsk({ notAsked }),
    3,
  ]),
  Declined: [[new Errors.Declined({}), 3]],
  SandboxFailed: [[new Errors.SandboxFailed({ port: 80, code: "EACCES" }), 2]],
  CannotRotate: (
    [
      ["label", 1],
      ["scopes", 1],
      ["expiry", 1],
      ["lifetime", 2],
    ] as const
  ).map(([reason, code]) => [new Errors.CannotRotate({ keyId: "a-b-c-d", reason }), code]),
  LabelNotFound: [
    [new Errors.LabelNotFound({ label: "x\u001b", nearest: "y\u001b" }), 5],
    [new Errors.LabelNotFound({ label: "x\u001b", nearest: undefined, showing: true }), 5],
  ],
  SeveralPats: [
    [
      new Errors.SeveralPats({
        label: "x\u001b",
        pats: [
          { key_id: "a-b-c-d", created_at: 0, last_used_at: undefined },
          { key_id: "e-f-g-h", created_at: "x\u001b", last_used_at: 0 },
        ],
      }),
      1,
    ],
  ],
  RotationUnderWay: [
    [
      new Errors.RotationUnderWay({
        label: "x\u001b",
        count: 2,
        newest: "a-b-c-d",
        created: 0,
        now: 60_000,
        retryAt: 600_000,
      }),
      6,
    ],
  ],
  PatsInUse: [
    [
      new Errors.PatsInUse({
        label: "x\u001b",
        pats: [{ key_id: "a-b-c-d", created_at: 0, last_used_at: "x\u001b" }],
      }),
      1,
    ],
  ],
  TokenRevokedMeanwhile: ([undefined, "e-f-g-h", "x\u001b"] as const).map((active) => [
    new Errors.TokenRevokedMeanwhile({
      newKeyId: "x\u001b",
      old: [
        { keyId: "a-b-c-d", works: true },
        { keyId: "b-b-c-d", works: false },
        { keyId: "c-b-c-d", works: undefined },
      ],
      active,
    }),
    10,
  ]),
  ScopesDiffer: ([undefined, "e-f-g-h"] as const).map((otherKeyId) => [
    new Errors.ScopesDiffer({ keyId: "a-b-c-d", scopes: ["x\u001b"], otherKeyId, others: [] }),
    1,
  ]),
  DueAtOnce: [[new Errors.DueAtOnce({ expiry: "2027-01-01", within: "30d" }), 2]],
  RotationNotBegun: [[new Errors.RotationNotBegun({ keyId: "a-b-c-d" }), 130]],
  RotationStopped: (
    [
      ["create", true, timedOut, 9],
      ["create", true, undefined, 130],
      ["create", false, undefined, 130],
      ["check", true, timedOut, 9],
      ["check", false, timedOut, 7],
      ["check", true, undefined, 130],
      ["deliver", true, undelivered, 9],
      ["deliver", false, undelivered, 7],
      ["confirm", false, timedOut, 10],
      ["confirm", false, undefined, 130],
      ["revoke", false, timedOut, 10],
      ["revoke", false, undefined, 130],
    ] as const
  ).map(([step, newRevoked, cause, code]) => [
    new Errors.RotationStopped({ ...rotation, step, newRevoked, cause }),
    code,
  ]),
  InternalError: [[new InternalError({ defect: new TypeError("x is not a function\n") }), 1]],
}
