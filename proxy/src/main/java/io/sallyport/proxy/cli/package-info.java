/**
 * The command line: one class a command. Exit codes: 0 done, 1 the thing checked is bad, 2 wrong
 * use, 3 denied by policy, 4 environment.
 */
package io.sallyport.proxy.cli;
