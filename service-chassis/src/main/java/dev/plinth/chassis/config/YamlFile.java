package dev.plinth.chassis.config;

import dev.plinth.spi.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a YAML file into sections, lists and texts, each with the line it stands on. Texts stay as
 * written: nothing in them is expanded or converted.
 *
 * <p>One thread at a time.
 */
final class YamlFile {
  private final Path file;
  private final String name;

  YamlFile(Path file) {
    this.file = file;
    this.name = String.valueOf(file.getFileName());
  }

  Settings.Section read() {
    String text = text();
    LoadSettings settings =
        LoadSettings.builder().setLabel(name).setUseMarks(true).setAllowDuplicateKeys(true).build();
    List<Node> documents = new ArrayList<>();
    try {
      new Compose(settings).composeAllFromString(text).forEach(documents::add);
    } catch (MarkedYamlEngineException notYaml) {
      Optional<Mark> mark = notYaml.getProblemMark().or(notYaml::getContextMark);
      String hint = text.contains("\t") ? " (YAML is indented with spaces, not tabs)" : "";
      throw error(mark, "this is not YAML: " + notYaml.getProblem() + hint);
    } catch (YamlEngineException notYaml) {
      throw error(Optional.empty(), "this is not YAML: " + firstLine(notYaml));
    }
    if (documents.size() > 1) {
      throw error(documents.get(1).getStartMark(), "there is more than one document");
    }
    if (documents.isEmpty() || isNull(documents.getFirst())) {
      return new Settings.Section(Map.of(), name);
    }
    if (documents.getFirst() instanceof MappingNode mapping) {
      return section(mapping);
    }
    throw error(documents.getFirst().getStartMark(), "there must be keys at the top");
  }

  private String text() {
    if (Files.isDirectory(file)) {
      throw new ConfigurationException(file + ": this is a folder, not a file");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
          .toString();
    } catch (NoSuchFileException missing) {
      throw new ConfigurationException(file + ": there is no such file", missing);
    } catch (CharacterCodingException notText) {
      throw new ConfigurationException(file + ": this is not a text in UTF-8", notText);
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          file + ": cannot be read (" + unreadable.getClass().getSimpleName() + ")", unreadable);
    }
  }

  private Settings.Section section(MappingNode mapping) {
    Map<String, Settings.Node> children = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node keyNode = tuple.getKeyNode();
      if (!(keyNode instanceof ScalarNode key)) {
        throw error(keyNode.getStartMark(), "a key must be a text");
      }
      Settings.Node before = children.get(key.getValue());
      if (before != null) {
        throw error(
            keyNode.getStartMark(),
            "the key '" + key.getValue() + "' stands twice, first at " + before.origin());
      }
      // A key without a value is as good as absent, but it must be known: it stays, empty.
      children.put(key.getValue(), node(tuple.getValueNode(), keyNode));
    }
    return new Settings.Section(children, origin(mapping));
  }

  private Settings.Node node(Node node, Node key) {
    return switch (node) {
      case MappingNode mapping -> new Settings.Section(section(mapping).children(), origin(key));
      case SequenceNode sequence -> new Settings.Items(items(sequence), origin(key));
      case ScalarNode scalar when isNull(scalar) -> new Settings.Section(Map.of(), origin(key));
      case ScalarNode scalar -> new Settings.Scalar(scalar.getValue(), origin(key));
      default -> throw error(node.getStartMark(), "anchors and aliases are not understood");
    };
  }

  private List<String> items(SequenceNode sequence) {
    List<String> items = new ArrayList<>();
    for (Node node : sequence.getValue()) {
      if (!(node instanceof ScalarNode scalar) || isNull(node)) {
        throw error(node.getStartMark(), "a list holds single values");
      }
      items.add(scalar.getValue());
    }
    return items;
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  private String origin(Node node) {
    return node.getStartMark().map(mark -> name + ":" + (mark.getLine() + 1)).orElse(name);
  }

  private ConfigurationException error(Optional<Mark> mark, String problem) {
    String line = mark.map(m -> ":" + (m.getLine() + 1)).orElse("");
    return new ConfigurationException(name + line + ": " + problem);
  }

  private static String firstLine(YamlEngineException thrown) {
    return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
  }
}
