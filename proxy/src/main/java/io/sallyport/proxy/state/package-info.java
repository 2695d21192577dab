/**
 * What must survive a restart, as one encrypted snapshot store in {@code state/} of the journal's
 * directory. Everything in it is made of the journal's records alone: {@link
 * io.sallyport.proxy.state.State} follows the journal and lets each {@link
 * io.sallyport.proxy.state.Section} take up what it wants, so that a snapshot that is lost, damaged
 * or old costs time and nothing else. Threads: {@code state} follows and writes; what serves
 * requests has its own copy, taken at the start. It must not know who uses it.
 */
package io.sallyport.proxy.state;
