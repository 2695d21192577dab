/** The program: {@code Main} starts the command line, {@code Appliance} wires the parts. */
package io.sallyport.proxy;
