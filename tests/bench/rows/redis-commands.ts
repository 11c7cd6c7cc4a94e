import { connect } from 'node:net'
import type { Row } from '../row'
import { startBoth } from './redis-streams'

const comparison = 'one answer of 20 tokens'

export const redisCommands: Row = {
  name: 'redis-commands',
  measures:
    'How many commands a process sends to Redis to create, write and read one whole answer of 20 tokens, counted by MONITOR; the commands inside a script count as its one command.',
  unit: 'commands',
  needs: ['redis'],
  peers: ['resumable-stream'],
  comparisons: [{ name: comparison, goal: { atMost: 4 } }],
  async run(context) {
    const { keepstream, resumable } = await startBoth(context)
    const answers = context.pick(200, 20)
    const samples: Record<'Keepstream' | 'resumable-stream', number[]> = { Keepstream: [], 'resumable-stream': [] }
    for (let round = 0; round < context.pick(3, 1); round += 1) {
      for (const [name, subject] of [
        ['Keepstream', keepstream],
        ['resumable-stream', resumable],
      ] as const) {
        // Scripts are loaded and connections greeted once, which is not part of an answer.
        await subject.call('answer', 5)
        const commands = await countCommands(subject.redis.port, () => subject.call('answer', answers))
        samples[name].push(commands / answers)
      }
    }
    return { [comparison]: samples }
  },
}

/** The number of commands that clients send while `act` runs. */
async function countCommands(port: number, act: () => Promise<unknown>): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  let output = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  socket.write('MONITOR\r\n')
  const until = async (isThere: () => boolean) => {
    while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until(() => output.startsWith('+OK'))
  await act()
  // The mark is the last command, so all before it have been reported once it is.
  const mark = connect(port, '127.0.0.1', () => void mark.end('ECHO the-end\r\n'))
  await until(() => output.includes('the-end'))
  socket.destroy()
  // A line is a time, the database with the client's address, and the command. A script has `lua` in place of the address.
  return output.split('\n').filter((line) => /^\+\d/.test(line) && !/^\S+ \[\d+ lua\]/.test(line)).length - 1
}
