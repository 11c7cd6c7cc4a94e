import { expect, it } from 'vitest'

it('runs in a real browser that lays out and paints', async () => {
  expect(navigator.userAgent).toMatch(/Chrome\/\d/)
  const box = document.body.appendChild(document.createElement('div'))
  box.style.width = '42px'
  expect(box.getBoundingClientRect().width).toBe(42)
  box.remove()
  await new Promise((resolve) => requestAnimationFrame(resolve))
})
