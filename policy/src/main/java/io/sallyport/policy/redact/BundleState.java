package io.sallyport.policy.redact;

/** What comes next of a Bundle. */
enum BundleState {
  START,
  FIRST_KEY,
  KEY,
  VALUE,
  AFTER_MEMBER,
  FIRST_ENTRY,
  ENTRY,
  AFTER_ENTRY,
  END
}
