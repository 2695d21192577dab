/**
 * Measures Sallyport beside plain TLS proxies in one run. Purpose: a figure for "what does it cost"
 * that a stranger can repeat. Invariant: a figure is given only if the work behind it was seen to
 * be done: every answer is checked, every request is found in the journal. Threads: one event loop
 * makes the load, one thread conducts. It knows the appliance from outside only: its command line,
 * its files, its port.
 */
package io.sallyport.loadtest.compare;
