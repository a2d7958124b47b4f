package dev.plinth.service.centro.document;

/** A stored document is not what it should be. Says what is wrong with it, for people. */
@SuppressWarnings("serial") // never serialised
public final class UnreadableDocumentException extends Exception {
  /**
   * A problem with a document.
   *
   * @param problem what is wrong, without the document's key
   */
  public UnreadableDocumentException(String problem) {
    super(problem);
  }

  /**
   * Returns what is wrong.
   *
   * @return a part of a sentence
   */
  public String problem() {
    return String.valueOf(getMessage());
  }
}
