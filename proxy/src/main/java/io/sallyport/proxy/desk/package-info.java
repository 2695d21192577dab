/**
 * How commands on this machine reach the appliance that holds the journal: files in {@code desk/}
 * of the journal's directory, which only its owner can write. {@link io.sallyport.proxy.desk.Desk}
 * is the appliance's side, {@link io.sallyport.proxy.desk.DeskClient} the command's. Invariant:
 * nothing is read that is not a small regular file of the directory's own owner, and what a kind
 * does is its {@link io.sallyport.proxy.desk.DeskHandler}'s business. Threads: {@code desk} looks
 * and handles, one request after the other. It knows nothing of ours.
 */
package io.sallyport.proxy.desk;
