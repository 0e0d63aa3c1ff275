/**
 * Preloaded into the agent as the control of the power cuts: an agent that does not wait for the disk.
 * A test bed that loses nothing of this one could not find a loss at all.
 */
import Database from 'better-sqlite3'

const { pragma } = Database.prototype
Database.prototype.pragma = function careless(text, options) {
  return pragma.call(this, text.replace('synchronous = FULL', 'synchronous = OFF'), options)
}
