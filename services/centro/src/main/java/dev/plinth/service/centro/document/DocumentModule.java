package dev.plinth.service.centro.document;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Binds the reading and writing of stored documents. */
public final class DocumentModule extends AbstractModule {
  @Override
  protected void configure() {
    bind(DocumentCodec.class).in(Singleton.class);
    bind(InvalidDocuments.class).in(Singleton.class);
  }
}
