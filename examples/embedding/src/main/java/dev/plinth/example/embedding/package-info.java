/** A program that uses a store and nothing else of Plinth; everything is in {@code Embedding}. */
@NullMarked
package dev.plinth.example.embedding;

import org.jspecify.annotations.NullMarked;
