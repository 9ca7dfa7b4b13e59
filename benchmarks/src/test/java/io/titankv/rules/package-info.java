/**
 * Rules that hold for the whole repository: who may use whom ({@code LayeringTest}, from class files) and what a source file may look
 * like ({@code TidyTest}, from the files themselves). A rule is a function from texts to findings, so that each is shown a bad example.
 */
@NullMarked
package io.titankv.rules;

import org.jspecify.annotations.NullMarked;
