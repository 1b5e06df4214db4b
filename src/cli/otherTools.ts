/** Commands and options of other tools (gh, glab, aws, doctl, heroku, vault, npm) and what to use instead. zpcli refuses them. */
import type { OtherWords } from "./strict/shape.ts"

const otherClient =
  "That is a command of the zpools.io client, a different program that is also called zpcli."
const noFormat = "Use --json for JSON, or --out FILE to write a new token to a file."
const settings = "Settings are environment variables, or lines of ~/.config/zpools.io/zpoolrc."
const signOut = "To sign out, unset ZPOOLPAT or remove it from ~/.config/zpools.io/zpoolrc."
const noSecret = "Secrets don't belong on a command line: set ZPOOLPAT, or sign in with zpcli login."
const keyIdIsArgument = "Give the key ID as an argument, without an option."

/** For the group of all commands. */
export const root: OtherWords = {
  means: {
    "auth, configure, signin, init, setup, authenticate": "zpcli login",
    "whoami, status, me, account, user, ping": "zpcli hello",
    "auth status, auth whoami": "zpcli hello",
    "token, tokens, key, keys": "zpcli pat",
    version: "zpcli --version",
    "completion, completions, autocomplete": "zpcli --completions",
    // Of options, the first that the command has.
    "--expires-at, --expires-on, --expiry-date, --expiration-date, --until": [
      "--expiry",
      "--expires-in",
      "--expiring-within",
    ],
    "--expires, --expire, --expiration, --ttl, --duration, --valid-for, --validity, --lifetime, --max-age, --days":
      ["--expires-in", "--expiring-within"],
    "--expires-within, --expiring-in, --expire-within, --expiring, --renew-before, --within": [
      "--expiring-within",
      "--expires-in",
    ],
    "--unused, --not-used-for, --idle, --inactive": ["--unused-for"],
    "--age, --older, --created-before": ["--older-than"],
    "--no-expiry, --never-expires": ["--without-expiry"],
    "--name, --title, --description, --note, --comment": ["--label"],
    "--scopes, --permission, --permissions, --role, --policy, --access": ["--scope"],
    "--force, -f, --confirm, --assume-yes, --auto-approve": ["--yes", "--replace"],
    "--overwrite, --clobber": ["--replace"],
    "--file, --output-file, --save-to": ["--out"],
    "--quiet, -q, --silent, --raw": ["--quiet", "--token-only"],
    "--keep, --no-revoke": ["--keep-old"],
    "--simulate, --what-if": ["--dry-run"],
    "--sort-by, --order-by": ["--sort"],
    "--token": ["--token-only"],
    "--expired": ["--status expired"],
    "--active": ["--status active"],
    "--revoked": ["--status revoked"],
    "--verbose, --debug": ["--log-level debug"],
    "--config, --config-file": ["--rcfile"],
    "--no-prompt, --non-interactive, --no-interaction, --batch": ["--no-input"],
  },
  notes: {
    "logout, signout": signOut,
    "auth logout": signOut,
    "auth token": "zpcli doesn't print the PAT that it signs in with.",
    "config, settings, profile, context, --profile, --region, --context": settings,
    "update, edit, rename":
      "A PAT can't be changed. Replace it with zpcli pat rotate, or create another one.",
    "zpool, job, sshkey, billing, zfs": otherClient,
    "-v": "For the version, use --version or -V. For more output, use --log-level debug.",
    "-o, --output, --format, --template, --jq, --query": noFormat,
    "--token, --pat, --access-token, --api-key, --password": noSecret,
    "--user, --username, -u": "Set ZPOOL_USER in the environment or the rcfile.",
    "--api-url, --url, --host, --hostname, --endpoint, --endpoint-url, --server, --address":
      "Set ZPOOL_API_URL in the environment or the rcfile.",
    "--timeout": "Set ZPOOL_TIMEOUT, in seconds.",
    "--retries, --max-retries": "Set ZPOOL_MAX_RETRIES.",
    "--insecure, -k": "Certificates are always checked. To trust your own, set NODE_EXTRA_CA_CERTS.",
    "--limit, --page, --per-page, --paginate": "zpcli always lists all PATs.",
    "--id, --key-id": keyIdIsArgument,
  },
}

/** For the commands about PATs. */
export const pat: OtherWords = {
  means: {
    ls: "zpcli pat list",
    "view, get, info, describe, inspect": "zpcli pat show",
    "new, add, generate, issue, mint": "zpcli pat create",
    "rm, delete, del, remove, destroy, invalidate, disable": "zpcli pat revoke",
    "renew, refresh, roll, regenerate, reissue, extend": "zpcli pat rotate",
    exec: "zpcli pat run",
  },
}

export const create: OtherWords = {
  notes: {
    "--label, --name, --title, --description, --note, --comment":
      "The label is an argument: zpcli pat create LABEL --scope SCOPE",
    "--yes, -y": "zpcli pat create doesn't ask before it creates a PAT.",
    "--no-expiry, --never-expires": "A PAT never expires unless you add --expiry or --expires-in.",
  },
}

export const login: OtherWords = {
  notes: {
    "--with-token, --token, --pat, --token-stdin":
      "zpcli login reads the PAT from stdin, without an option: zpcli login < FILE",
  },
}

export const revoke: OtherWords = {
  notes: {
    "--label, --name":
      "Revoke PATs by key ID. To revoke the active ones with a label: zpcli pat list --label LABEL --status active --quiet | zpcli pat revoke -",
  },
}

export const list: OtherWords = { notes: { "--all, -a": "Every PAT is listed unless you add a filter." } }

export const run: OtherWords = {
  means: {
    // Its name in the first version.
    "--for": ["--expires-in"],
  },
}
