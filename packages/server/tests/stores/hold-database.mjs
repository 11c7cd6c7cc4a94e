import Database from 'libsql'

const database = new Database(process.argv[2])
process.on('message', (/** @type {string} */ sql) => {
  try {
    database.exec(sql)
    process.send?.('')
  } catch (error) {
    process.send?.(String(error))
  }
})
process.send?.('open')
