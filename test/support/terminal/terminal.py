"""Runs a command on a pseudo-terminal; the Python standard library alone.

Reads one JSON object from stdin: argv, env, columns, cwd, stdout and stderr
(files to send them to, or null), script (a list of [regex, action]: done once
the regex is seen in what is new on the terminal; the action is keys to type,
{"signal": name} for the process, {"echo": true} to turn the echo on, {"pause": seconds}, {"columns": number} to
make the terminal as wide as that, or {"hangup": true} to close the terminal), timeout (seconds). Writes one JSON object: output, code, signal, echo (whether
the terminal echoes afterwards), echoes (whether it did as each step's regex was
seen).
"""
import fcntl, json, os, pty, re, select, signal, struct, sys, termios, time

job = json.load(sys.stdin)
master, slave = pty.openpty()


def resize(columns):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


resize(job["columns"])


def echoing():
    return master is not None and bool(termios.tcgetattr(slave)[3] & termios.ECHO)


def act(action):
    global master
    if isinstance(action, str):
        os.write(master, action.encode())
    elif "signal" in action:
        os.kill(pid, getattr(signal, action["signal"]))
    elif "pause" in action:
        time.sleep(action["pause"])
    elif "columns" in action:
        resize(action["columns"])
    elif "echo" in action:
        mode = termios.tcgetattr(slave)
        mode[3] |= termios.ECHO | termios.ICANON | termios.ISIG
        termios.tcsetattr(slave, termios.TCSANOW, mode)
    else:
        os.close(master)
        os.close(slave)
        master = None


pid = os.fork()
if pid == 0:
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    out = slave
    if job["stdout"] is not None:
        out = os.open(job["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    err = slave
    if job["stderr"] is not None:
        err = os.open(job["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(slave, 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(job["cwd"])
    os.execvpe(job["argv"][0], job["argv"], job["env"])

output, seen, echoes, status = b"", 0, [], None
script = list(job["script"])
deadline = time.monotonic() + job["timeout"]
while True:
    ready, _, _ = select.select([] if master is None else [master], [], [], 0.02)
    if ready:
        output += os.read(master, 65536)
    elif status is not None:
        break
    while script:
        found = re.search(script[0][0].encode(), output[seen:])
        if found is None:
            break
        seen += found.end()
        echoes.append(echoing())
        act(script.pop(0)[1])
    if status is None:
        ended, code = os.waitpid(pid, os.WNOHANG)
        if ended == pid:
            status = code
        elif time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            print("did not end: " + output.decode("utf8", "replace"), file=sys.stderr)
            sys.exit(1)

json.dump(
    {
        "output": output.decode("utf8", "replace"),
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "echo": echoing(),
        "echoes": echoes,
        "unused": script,
    },
    sys.stdout,
)
