/** YAML with places, so that every problem can name its line and column. */
package io.sallyport.policy.source;
