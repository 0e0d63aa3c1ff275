import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isListingDue, type ListingState } from '../../../agent/folders/listing.ts'

const rest: ListingState = {
  now: 100_000,
  listedAt: 99_000,
  listingMs: 200,
  isUnexplained: false,
  isUnsettled: false,
  hearsAll: true,
}
const due = (state: Partial<ListingState>) => isListingDue({ ...rest, ...state })

test('a folder at rest is not listed, but every minute', () => {
  assert.equal(due({}), false)
  assert.equal(due({ hearsAll: false }), false)
  assert.equal(due({ listedAt: 40_001 }), false)
  assert.equal(due({ listedAt: 40_000 }), true)
  assert.equal(due({ listedAt: null }), true)
})

test('a change is listed at once when events did not tell it, else within ten seconds', () => {
  assert.equal(due({ isUnexplained: true, isUnsettled: true }), true)
  assert.equal(due({ isUnsettled: true }), false)
  assert.equal(due({ isUnsettled: true, listedAt: 90_000 }), true)
})

test('a folder without events is listed every time where that costs next to nothing', () => {
  assert.equal(due({ hearsAll: false, listingMs: 10 }), true)
  assert.equal(due({ hearsAll: true, listingMs: 10 }), false)
})

test('listings take no more than half of the time', () => {
  assert.equal(due({ isUnexplained: true, listingMs: 1_001 }), false)
  assert.equal(due({ isUnexplained: true, listingMs: 1_000 }), true)
})
