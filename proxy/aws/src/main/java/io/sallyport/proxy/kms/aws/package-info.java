/** Keys of the journal in AWS KMS. A module of its own, so that the appliance has no cloud SDK. */
package io.sallyport.proxy.kms.aws;
