/**
 * The tamper-evident, encrypted record of every access. {@link
 * io.sallyport.proxy.journal.ChronicleJournal} writes it, {@link
 * io.sallyport.proxy.journal.JournalVerifier} proves it with the public key alone, {@link
 * io.sallyport.proxy.journal.JournalReader} shows it with the key service. Invariant: what {@link
 * io.sallyport.proxy.journal.Journal#append} completes is in the files, and nothing that a
 * checkpoint covers can change unseen. Threads: appends run inline on their caller under one short
 * lock; {@code committer} forces to disk, {@code sealer} hashes and signs. It knows nothing of
 * HTTP, FHIR or policy.
 */
package io.sallyport.proxy.journal;
