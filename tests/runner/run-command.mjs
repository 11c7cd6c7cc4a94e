import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * Runs a command to its end and collects what it prints. It never rejects: a command that cannot be started has the
 * code 127. A name without a slash is looked up among the workspace's own binaries first.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, isLive?: boolean, isSystem?: boolean }} [options]
 *   `isLive` passes the output through as it comes; `isSystem` looks the command up on the PATH alone.
 * @returns {Promise<{ code: number, output: string, stdout: string }>}
 */
export function runCommand(command, args, options = {}) {
  const path = options.isSystem ? command : join(root, 'node_modules', '.bin', command)
  return new Promise((resolve) => {
    const child = spawn(path, args, {
      cwd: options.cwd ?? root,
      env: {
        ...process.env,
        ...quiet,
        ...(process.stdout.isTTY && options.isLive ? colors : noColors),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that stopping it stops what it started too.
      detached: true,
    })
    running.add(child)
    let output = ''
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      stdout += text
      if (options.isLive) process.stdout.write(text)
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text
      if (options.isLive) process.stderr.write(text)
    })
    child.on('error', (error) => {
      running.delete(child)
      resolve({ code: 127, output: `${command}: ${error.message}\n`, stdout })
    })
    child.on('close', (code) => {
      running.delete(child)
      resolve({ code: code ?? 1, output, stdout })
    })
  })
}

/** Ends every command that is still running, with all it started. */
export function stopCommands() {
  for (const child of running) {
    if (child.pid === undefined) continue
    try {
      process.kill(-child.pid, 'SIGTERM')
    } catch {
      // The group ended by itself in the meantime, which is what was wanted.
    }
  }
  running.clear()
}

const colors = { FORCE_COLOR: '1' }
const noColors = { NO_COLOR: '1' }
const quiet = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
}
