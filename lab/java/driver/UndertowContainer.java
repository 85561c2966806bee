package lab;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ListenerInfo;
import io.undertow.servlet.api.ServletContainer;
import io.undertow.servlet.api.ServletInfo;
import io.undertow.servlet.api.ServletSessionConfig;
import jakarta.servlet.annotation.WebListener;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EventListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The container of WildFly. It reads no descriptor: the lab hands it web.xml's session cookie and the listeners, as WildFly does. */
final class UndertowContainer implements Container {
    private final ServletContainer servlets = ServletContainer.Factory.newInstance();
    private final PathHandler paths = Handlers.path();
    private final Map<String, DeploymentManager> deployed = new HashMap<>();
    private final Undertow server;

    UndertowContainer(Path tls, Path base) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(Certificates.keyStore(tls), new char[0]);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(keys.getKeyManagers(), null, null);
        server = Undertow.builder().setIoThreads(1).setWorkerThreads(2)
            .addHttpListener(0, "127.0.0.1").addHttpsListener(0, "127.0.0.1", ssl).setHandler(paths).build();
        server.start();
    }

    @Override
    public int http() {
        return port("http");
    }

    @Override
    public int https() {
        return port("https");
    }

    private int port(String protocol) {
        return server.getListenerInfo().stream().filter(info -> info.getProtcol().equals(protocol))
            .map(info -> ((InetSocketAddress) info.getAddress()).getPort()).findFirst().orElseThrow();
    }

    @Override
    public String deploy(String path, App app) throws Exception {
        Path classes = app.base().resolve("WEB-INF/classes");
        ClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, UndertowContainer.class.getClassLoader());
        DeploymentInfo info = new DeploymentInfo().setDeploymentName(path).setContextPath(path).setClassLoader(loader)
            .addServlet(new ServletInfo("lab", LabServlet.class).addMapping("/lab/*"))
            .setServletSessionConfig(sessionCookie(app.base().resolve("WEB-INF/web.xml")));
        for (Class<?> listener : listeners(classes, loader)) info.addListener(new ListenerInfo(listener.asSubclass(EventListener.class)));
        DeploymentManager manager = servlets.addDeployment(info);
        manager.deploy();
        deployed.put(path, manager);
        paths.addPrefixPath(path, manager.start());
        return null;
    }

    private static List<Class<?>> listeners(Path classes, ClassLoader loader) throws Exception {
        if (!Files.exists(classes)) return List.of();
        List<Class<?>> found = new ArrayList<>();
        try (var files = Files.walk(classes)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).sorted().toList()) {
                String name = classes.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                Class<?> type = loader.loadClass(name);
                if (type.isAnnotationPresent(WebListener.class)) found.add(type);
            }
        }
        return found;
    }

    private static ServletSessionConfig sessionCookie(Path webXml) throws Exception {
        ServletSessionConfig config = new ServletSessionConfig();
        if (!Files.exists(webXml)) return config;
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document = factory.newDocumentBuilder().parse(webXml.toFile());
        NodeList cookies = document.getElementsByTagName("cookie-config");
        if (cookies.getLength() == 0) return config;
        Element cookie = (Element) cookies.item(0);
        given(cookie, "secure", text -> config.setSecure(Boolean.parseBoolean(text)));
        given(cookie, "http-only", text -> config.setHttpOnly(Boolean.parseBoolean(text)));
        given(cookie, "name", config::setName);
        given(cookie, "path", config::setPath);
        return config;
    }

    private static void given(Element cookie, String name, Consumer<String> take) {
        NodeList found = cookie.getElementsByTagName(name);
        if (found.getLength() > 0) take.accept(found.item(0).getTextContent().strip());
    }

    @Override
    public void undeploy(String path) throws Exception {
        paths.removePrefixPath(path);
        DeploymentManager manager = deployed.remove(path);
        manager.stop();
        manager.undeploy();
    }

    @Override
    public String[] foreign() {
        return new String[] {"META-INF/context.xml", "conf/web.xml", "conf/server.xml", ".jsp", "WEB-INF/jetty-web.xml"};
    }

    @Override
    public boolean reads(String descriptor) {
        return descriptor.equals("jboss-web.xml");
    }
}
